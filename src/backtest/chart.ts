import { ALERT_THRESHOLD } from '../detect/learned/settings.ts'
import type { Bucket, ColumnBucket } from './buckets.ts'
import type { Episode } from './episodes.ts'

const WIDTH = 1200
const LEFT = 76
const RIGHT = 16
const HEAD = 46
const VALUES = 150
const SCORES = 40
/** Between values and scores, and below a panel. */
const GAP = 8
const PANEL = 24 + VALUES + GAP + SCORES + 26
const TIME_TICKS = 6
const MINIMUM_EPISODE = 3

/** Colours that are told apart without seeing colours too: the band is an area, the value a line, an episode a stripe behind both. */
const STYLE = `
svg { background: #fff } text { font: 12px sans-serif; fill: #333 } .title { font-weight: bold; font-size: 15px } .name { font-weight: bold }
.grid { stroke: #ddd } .band { fill: #0063b2; fill-opacity: .16 } .value { fill: none; stroke: #0063b2; stroke-width: 1.2; stroke-linejoin: round }
.episode { fill: #c40000; fill-opacity: .14 } .score { stroke: #c45100 } .alert { stroke: #c40000; stroke-width: 2.5 }
.limit { stroke: #888; stroke-dasharray: 4 3 }
@media (prefers-color-scheme: dark) { svg { background: #0d1117 } text { fill: #ccc } .grid { stroke: #333 } .band { fill: #58a6ff }
.value { stroke: #58a6ff } .episode { fill: #ff6b6b; fill-opacity: .22 } .score { stroke: #ff9d57 } .alert { stroke: #ff6b6b } }`

interface Panel {
  readonly name: string
  readonly of: string
  readonly values: readonly ColumnBucket[] | null
  readonly scores: readonly number[]
}

/** An SVG: for each column its values, the band in which they were expected, its scores and its episodes; of a machine its scores first. */
export function drawChart(title: string, columns: readonly string[], buckets: readonly Bucket[], episodes: readonly Episode[]): string {
  const panels: Panel[] = columns.map((name, index) => {
    const values = buckets.map((bucket) => bucket.columns[index] as ColumnBucket)
    return { name, of: name, values, scores: values.map(({ score }) => score) }
  })
  if (columns.length > 1) panels.unshift({ name: 'all together', of: 'machine', values: null, scores: buckets.map(({ score }) => score) })

  const fromUs = Math.min(...buckets.map((bucket) => bucket.fromUs))
  const toUs = Math.max(...buckets.map((bucket) => bucket.toUs))
  const x = (timeUs: number): number => round(LEFT + (WIDTH - LEFT - RIGHT) * (toUs > fromUs ? (timeUs - fromUs) / (toUs - fromUs) : 0.5))
  const places = buckets.map((bucket) => x((bucket.fromUs + bucket.toUs) / 2))
  const drawn: string[] = []
  let top = HEAD
  for (const panel of panels) {
    drawn.push(`<g transform="translate(0 ${top})">`, ...drawPanel(panel, places, episodes.filter(({ of }) => of === panel.of), x), '</g>')
    top += panel.values === null ? PANEL - VALUES - GAP : PANEL
  }
  const label = `${title}: ${episodes.length} episodes in ${columns.join(', ')}`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top + 24}" role="img" aria-label="${escape(label)}">`,
    `<style>${STYLE}\n</style>`, text(LEFT, 22, 'start', title, 'title'),
    text(WIDTH - RIGHT, 22, 'end', 'line: measured; area: expected; below: score, dashed from where it alerts; stripe: episode'),
    ...drawn, ...timeAxis(fromUs, toUs, top, x), '</svg>', '',
  ].join('\n')
}

function drawPanel(panel: Panel, places: readonly number[], episodes: readonly Episode[], x: (timeUs: number) => number): string[] {
  const { name, values, scores } = panel
  const valuesTop = 24
  const scoresTop = values === null ? valuesTop : valuesTop + VALUES + GAP
  const bottom = scoresTop + SCORES
  const stripes = episodes.map(({ fromUs, toUs }) => {
    const [left, right] = [x(Math.min(fromUs, toUs)), x(Math.max(fromUs, toUs))]
    const width = Math.max(MINIMUM_EPISODE, right - left)
    return `<path class="episode" d="M${round((left + right - width) / 2)} ${valuesTop}h${round(width)}V${bottom}h${round(-width)}z"/>`
  })
  return [
    text(LEFT, 16, 'start', name, 'name'), ...stripes,
    ...values === null ? [] : drawValues(values, places, valuesTop),
    ...drawScores(scores, places, scoresTop),
  ]
}

function drawValues(values: readonly ColumnBucket[], places: readonly number[], top: number): string[] {
  const known = values.filter(({ low }) => !Number.isNaN(low))
  let low = Math.min(...known.map((bucket) => bucket.low))
  let high = Math.max(...known.map((bucket) => bucket.high))
  if (known.length === 0) [low, high] = [0, 1]
  // A quarter more on each side, where the band may be; half of each first, so that it is finite.
  const margin = (high / 2 - low / 2) / 2 || Math.abs(high) / 10 || 1
  const [from, to] = [low - margin, high + margin]
  const y = (value: number): number => {
    const share = (value / 2 - from / 2) / (to / 2 - from / 2)
    return round(top + VALUES * (1 - Math.max(0, Math.min(1, share))))
  }
  const at = (index: number): number => places[index] as number
  const lines = runs(values, ({ low }) => !Number.isNaN(low)).map((indices) => {
    const points = indices.flatMap((index) => {
      const bucket = values[index] as ColumnBucket
      const lower = `${at(index)} ${y(bucket.low)}`
      return bucket.low === bucket.high ? [lower] : [lower, `${at(index)} ${y(bucket.high)}`]
    })
    return `<path class="value" d="M${points.join('L')}${points.length === 1 ? 'h.8' : ''}"/>`
  })
  const bands = runs(values, ({ bandLow }) => !Number.isNaN(bandLow)).map((indices) => {
    const upper = indices.map((index) => `${at(index)} ${y((values[index] as ColumnBucket).bandHigh)}`)
    const lower = indices.toReversed().map((index) => `${at(index)} ${y((values[index] as ColumnBucket).bandLow)}`)
    return `<path class="band" d="M${[...upper, ...lower].join('L')}z"/>`
  })
  const ticks = ticksOf(from, to).map((value) => (
    `<path class="grid" d="M${LEFT} ${y(value)}H${WIDTH - RIGHT}"/>${text(LEFT - 6, y(value) + 4, 'end', String(Number(value.toPrecision(6))))}`))
  return [...ticks, ...bands, ...lines]
}

function drawScores(scores: readonly number[], places: readonly number[], top: number): string[] {
  const bottom = top + SCORES
  const limit = round(bottom - SCORES * ALERT_THRESHOLD)
  const bars = (wanted: (score: number) => boolean): string => scores
    .flatMap((score, index) => (score > 0 && wanted(score) ? [`M${places[index]} ${bottom}V${round(bottom - SCORES * score)}`] : [])).join('')
  return [
    `<path class="grid" d="M${LEFT} ${bottom}H${WIDTH - RIGHT}"/>`, `<path class="limit" d="M${LEFT} ${limit}H${WIDTH - RIGHT}"/>`,
    text(LEFT - 6, bottom + 4, 'end', '0'), text(LEFT - 6, top + 9, 'end', 'score 1'),
    `<path class="score" d="${bars((score) => score < ALERT_THRESHOLD)}"/>`, `<path class="alert" d="${bars((score) => score >= ALERT_THRESHOLD)}"/>`,
  ]
}

function timeAxis(fromUs: number, toUs: number, top: number, x: (timeUs: number) => number): string[] {
  // Days where there are several, else the time of day too, else seconds.
  const [from, to] = toUs - fromUs > 6 * 86_400e6 ? [0, 10] : toUs - fromUs > 3_600e6 ? [0, 16] : [11, 19]
  const count = toUs > fromUs ? TIME_TICKS : 0
  return Array.from({ length: count + 1 }, (_, index) => {
    const timeUs = fromUs + (toUs - fromUs) * index / Math.max(1, count)
    const label = new Date(timeUs / 1000).toISOString().slice(from, to).replace('T', ' ')
    return text(x(timeUs), top + 10, index === 0 ? 'start' : index === count ? 'end' : 'middle', label)
  })
}

/** The indices of those that are wanted, in runs. */
function runs<T>(items: readonly T[], wanted: (item: T) => boolean): number[][] {
  const found: number[][] = []
  let run: number[] = []
  for (const [index, item] of items.entries()) {
    if (wanted(item)) {
      if (run.length === 0) found.push(run)
      run.push(index)
    } else run = []
  }
  return found
}

/** Three to six round figures within. */
function ticksOf(from: number, to: number): number[] {
  const rough = (to / 4 - from / 4)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10)
  if (!Number.isFinite(step) || step <= 0) return []
  return Array.from({ length: 6 }, (_, index) => (Math.ceil(from / step) + index) * step).filter((value) => value <= to)
}

function text(x: number, y: number, anchor: 'start' | 'middle' | 'end', content: string, kind = ''): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}"${kind === '' ? '' : ` class="${kind}"`}>${escape(content)}</text>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
