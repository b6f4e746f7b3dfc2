/* oxlint-disable typescript/no-unsafe-argument, typescript/no-unsafe-assignment, typescript/no-unsafe-call,
   typescript/no-unsafe-member-access, typescript/no-unsafe-return, no-unused-expressions
   -- the browser's types are not those of the tests */
// Runs inside the browser: checks of the page as it is rendered. Returns what is wrong, as texts.
() => {
  const problems = []
  const describe = (element) => `<${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}">`

  const parse = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number)
    return [r, g, b, a]
  }
  const over = ([r, g, b, a], below) => [r, g, b].map((channel, index) => channel * a + below[index] * (1 - a))
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((channel) => {
      const part = channel / 255
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const contrast = (a, b) => {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x)
    return (light + 0.05) / (dark + 0.05)
  }
  const groundOf = (element) => {
    const layers = []
    for (let each = element; each !== null; each = each.parentElement) {
      const style = getComputedStyle(each)
      // The hatching of old figures: the colour that stands in it counts as a layer.
      for (const stripe of style.backgroundImage.match(/rgba?\([^)]*\)/g) ?? []) if (parse(stripe)[3] > 0) layers.push(parse(stripe))
      layers.push(parse(style.backgroundColor))
    }
    return layers.reverse().reduce((ground, layer) => over(layer, ground), [255, 255, 255])
  }

  let texts = 0
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement
    if (node.data.trim() === '' || element.closest('.hidden, noscript, script, svg') !== null || !element.checkVisibility()) continue
    const style = getComputedStyle(element)
    const ground = groundOf(element)
    const ratio = contrast(over(parse(style.color), ground), ground)
    const size = Number.parseFloat(style.fontSize)
    const wanted = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5
    texts++
    if (ratio < wanted) problems.push(`contrast ${ratio.toFixed(2)} of "${node.data.trim().slice(0, 40)}" in ${describe(element)}`)
  }
  if (texts < 10) problems.push(`only ${texts} texts on the page`)

  let level = 0
  for (const heading of document.querySelectorAll('h1, h2, h3, h4')) {
    const next = Number(heading.tagName[1])
    if (next > level + 1) problems.push(`heading "${heading.textContent}" jumps from level ${level} to ${next}`)
    level = next
  }
  if (document.querySelectorAll('h1').length !== 1) problems.push('not exactly one h1')
  if (document.documentElement.lang === '') problems.push('the page names no language')
  for (const section of document.querySelectorAll('section, [role=region]')) {
    const label = section.getAttribute('aria-label') ?? document.getElementById(section.getAttribute('aria-labelledby'))?.textContent
    if (!label) problems.push(`${describe(section)} has no name`)
  }
  for (const table of document.querySelectorAll('table')) {
    if (table.caption === null) problems.push(`${describe(table)} has no caption`)
    if (table.querySelectorAll('th[scope=col]').length === 0) problems.push(`${describe(table)} has no column headers`)
  }
  for (const control of document.querySelectorAll('a[href], button, summary')) {
    if (control.textContent.trim() === '') problems.push(`${describe(control)} has no text`)
    if (control.tabIndex < 0) problems.push(`${describe(control)} can't be reached by keyboard`)
  }
  for (const image of document.querySelectorAll('svg, img, canvas')) {
    const described = image.closest('[aria-hidden=true], [role=img][aria-label]') !== null || image.getAttribute('alt')
    if (!described) problems.push(`${describe(image)} has no text`)
  }
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
  for (const id of new Set(ids)) if (ids.indexOf(id) !== ids.lastIndexOf(id)) problems.push(`two elements are "${id}"`)

  const width = document.documentElement.clientWidth
  const { scrollWidth } = document.documentElement
  if (scrollWidth > width) problems.push(`the page is ${scrollWidth} px wide in a window of ${width} px`)
  for (const element of document.querySelectorAll('main *')) {
    const box = element.getBoundingClientRect()
    const scrolls = element.parentElement.closest('.wide-table') !== null
    if (box.width > 0 && !scrolls && element.closest('.hidden, thead, .chart') === null && (box.right > width + 1 || box.left < -1)) {
      problems.push(`${describe(element)} sticks out of the window: ${Math.round(box.left)} to ${Math.round(box.right)} px`)
    }
  }
  return problems
}
