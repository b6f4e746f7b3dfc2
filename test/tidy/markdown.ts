export interface Link {
  readonly target: string
  readonly line: number
}

/** Lines without what is inside fenced blocks; the line numbers stay. */
function proseLines(markdown: string): string[] {
  let fence: string | undefined
  return markdown.split('\n').map((line) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1]
    if (fence === undefined && mark !== undefined) {
      fence = mark
      return ''
    }
    if (fence === undefined) return line
    if (mark?.startsWith(fence) === true) fence = undefined
    return ''
  })
}

/** The targets of all links and images, also of those written as `[text]: target` and as HTML. */
export function linksOf(markdown: string): Link[] {
  return proseLines(markdown).flatMap((text, index) => {
    const line = text.replaceAll(/`[^`]*`/g, '')
    const targets = [
      ...line.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g),
      ...line.matchAll(/^\s*\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)/g),
      ...line.matchAll(/\b(?:href|src)="([^"]+)"/g),
    ]
    return targets.map((match) => ({ target: match[1] ?? '', line: index + 1 }))
  })
}

/** The anchors that GitHub gives to the headings, and those set by `<a name>` or `id`. */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>()
  for (const line of proseLines(markdown)) {
    for (const match of line.matchAll(/\b(?:name|id)="([^"]+)"/g)) anchors.add(match[1] ?? '')
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1]
    if (heading === undefined) continue
    const slug = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-')
    let anchor = slug
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`
    anchors.add(anchor)
  }
  return anchors
}
