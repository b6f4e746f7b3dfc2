/** A chart of a few lines. y begins at 0. */
export interface Panel {
  readonly title: string
  readonly xLabel: string
  readonly yLabel: string
  readonly xScale: 'linear' | 'log'
  readonly lines: readonly Line[]
}

export interface Line {
  readonly name: string
  /** In rising order of x. */
  readonly points: readonly (readonly [x: number, y: number])[]
}

const WIDTH = 450
const HEIGHT = 290
const LEFT = 74
const RIGHT = 82
const TOP = 34
const BOTTOM = 48
const ACROSS = 2
const Y_STEPS = 4

/** Colours that are told apart without seeing colours too: one is dashed. */
const STYLE = `
svg { background: #fff } text { font: 12px sans-serif; fill: #333 } .title { font-weight: bold; font-size: 13px } .grid { stroke: #ddd }
.line { fill: none; stroke-width: 2 } .a { stroke: #0063b2 } .b { stroke: #c45100; stroke-dasharray: 6 3 }
.dot { stroke-width: 5; stroke-linecap: round; stroke-dasharray: none }
@media (prefers-color-scheme: dark) { svg { background: #0d1117 } text { fill: #ccc } .grid { stroke: #333 } .a { stroke: #58a6ff } .b { stroke: #ff9d57 } }`

/** An SVG of the panels, two in a row. */
export function plot(panels: readonly Panel[]): string {
  const height = HEIGHT * Math.ceil(panels.length / ACROSS)
  const drawn = panels.map((panel, index) => (
    `<g transform="translate(${WIDTH * (index % ACROSS)} ${HEIGHT * Math.floor(index / ACROSS)})">\n${drawPanel(panel).join('\n')}\n</g>`))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH * ACROSS} ${height}" role="img" `
    + `aria-label="${escape(panels.map(({ title }) => title).join('; '))}">\n<style>${STYLE}\n</style>\n${drawn.join('\n')}\n</svg>\n`
}

function drawPanel({ title, xLabel, yLabel, xScale, lines }: Panel): string[] {
  const xs = [...new Set(lines.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b)
  const top = roundUp(Math.max(...lines.flatMap(({ points }) => points.map(([, y]) => y))))
  const place = xScale === 'log' ? Math.log : (x: number): number => x
  const [from, to] = [place(xs[0] ?? 1), place(xs.at(-1) ?? 1)]
  const x = (value: number): number => Math.round(LEFT + (WIDTH - LEFT - RIGHT) * (to === from ? 0.5 : (place(value) - from) / (to - from)))
  const y = (value: number): number => Math.round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top)
  const steps = Array.from({ length: Y_STEPS + 1 }, (_, step) => top * step / Y_STEPS)
  return [
    text(LEFT, 18, 'start', title, ' class="title"'),
    ...steps.map((value) => `<path class="grid" d="M${LEFT} ${y(value)}H${WIDTH - RIGHT}"/>${text(LEFT - 6, y(value) + 4, 'end', number(value))}`),
    ...xs.map((value) => text(x(value), HEIGHT - BOTTOM + 17, 'middle', number(value))),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, 'middle', xLabel),
    `<g transform="rotate(-90 12 ${(HEIGHT - BOTTOM + TOP) / 2})">${text(12, (HEIGHT - BOTTOM + TOP) / 2, 'middle', yLabel)}</g>`,
    ...lines.flatMap(({ points }, index) => {
      const colour = index === 0 ? 'a' : 'b'
      const corners = points.map(([px, py]) => `${x(px)} ${y(py)}`)
      return [`<path class="line ${colour}" d="M${corners.join('L')}"/>`, `<path class="dot ${colour}" d="${corners.map((at) => `M${at}h0`).join('')}"/>`]
    }),
    ...nameLines(lines.map(({ name, points }) => ({ name, x: x(points.at(-1)?.[0] ?? 0), y: y(points.at(-1)?.[1] ?? 0) }))),
  ]
}

/** Beside the end of each line, moved apart where they would lie on each other; above it where another goes on to the right. */
function nameLines(ends: readonly { readonly name: string, readonly x: number, readonly y: number }[]): string[] {
  let lowest = -Infinity
  return [...ends].sort((a, b) => a.y - b.y).map(({ name, x, y }) => {
    if (x < WIDTH - RIGHT) return text(x, y - 10, 'middle', name)
    lowest = Math.max(y + 4, lowest + 14)
    return text(x + 8, lowest, 'start', name)
  })
}

/** To a figure that four steps divide well. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return power * ([1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8].find((factor) => factor * power >= value) ?? 10)
}

function text(x: number, y: number, anchor: 'start' | 'middle' | 'end', content: string, more = ''): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}"${more}>${escape(content)}</text>`
}

function number(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US')
}

function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
