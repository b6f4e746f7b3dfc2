import type { JSX } from 'preact'
import { useMemo, useRef } from 'preact/hooks'
import type uPlot from 'uplot'
import type { Alarm } from '../../../contract/alarm-api.ts'
import type { History, SensorDetail } from '../../../contract/history-api.ts'
import { isUnacknowledged } from '../../alarms/alarm-groups.ts'
import { formatDay, formatMeasured, formatMinutes, formatTime } from '../../format.ts'
import { axisIn, colourIn, usePlot } from '../../parts/use-plot.ts'
import { columnsOf, limitLines, lonePoints, valueRange } from '../chart-data.ts'
import type { ChartColumns } from '../chart-data.ts'

const HEIGHT_PX = 320
const ALARM_ROW_PX = 9
const ROWS = ['high', 'medium', 'low'] as const
const TOP_PX = ROWS.length * ALARM_ROW_PX + 6
/** Of the chart's width: where what is expected now is drawn. */
const NOW_SHARE = 0.06
const DAY_S = 86_400

interface SensorChartProps {
  readonly sensor: SensorDetail
  readonly history: History
  /** Those of this time. */
  readonly alarms: readonly Alarm[]
  readonly label: string
}

interface Shown extends Omit<SensorChartProps, 'label'> {
  readonly columns: ChartColumns
}

/** The history as a line in its band, with limits, what is expected now, readings of a bad quality and alarms. */
export function SensorChart({ sensor, history, alarms, label }: SensorChartProps): JSX.Element {
  const reading = useRef<HTMLSpanElement>(null)
  const columns = useMemo(() => columnsOf(history, sensor.interval_ms), [history, sensor.interval_ms])
  const shown = useRef<Shown>({ sensor, history, alarms, columns })
  shown.current = { sensor, history, alarms, columns }
  // Another array, so that it is drawn again, also when only the limits or the alarms are new.
  const data = useMemo(
    (): uPlot.AlignedData => [columns.times, columns.highest, columns.lowest, columns.mean, columns.bad], [columns, sensor, alarms])
  const place = usePlot(HEIGHT_PX, (element) => optionsOf(element, () => shown.current, (text) => {
    if (reading.current !== null) reading.current.textContent = text
  }), data)
  return (
    <>
      <div class="chart sensor-chart" ref={place} role="img" aria-label={label}>
        {/* The canvas takes its colours from here, so that they follow the style sheet. */}
        {['line', 'fill', 'grid', 'text', 'bad', 'critical', 'warning', 'expected', 'high', 'medium', 'low', 'over'].map((name) => (
          <span key={name} class={`chart-${name}`} />
        ))}
      </div>
      <p class="chart-summary"><Legend /> <span class="chart-reading" ref={reading} aria-hidden="true" /></p>
    </>
  )
}

const LEGEND = [
  ['line', 'mean'], ['fill', 'lowest to highest'], ['bad', 'bad quality'], ['warning', 'limits'], ['expected', 'expected now'], ['high', 'alarms'],
] as const

function Legend(): JSX.Element {
  return <span class="chart-legend">{LEGEND.map(([name, text]) => <span key={name}><i class={`key key-${name}`} />{text}</span>)}</span>
}

function optionsOf(element: HTMLElement, shown: () => Shown, showReading: (text: string) => void): Omit<uPlot.Options, 'width' | 'height'> {
  const axis = axisIn(element)
  const hidden: uPlot.Series = { width: 0, points: { show: false } }
  return {
    legend: { show: false }, cursor: { y: false, drag: { x: false, y: false } }, padding: [TOP_PX, 20, 0, 0],
    scales: {
      x: { range: () => [Date.parse(shown().history.from) / 1_000, Date.parse(shown().history.to) / 1_000] },
      y: { range: (_plot, low, high) => valueRange(low, high, othersOf(shown().sensor)) },
    },
    axes: [
      {
        ...axis, size: 30, space: 60,
        values: (_plot, splits, _axis, _space, stepS) => splits.map((s) => (stepS >= DAY_S ? formatDay : formatMinutes)(s * 1_000)),
      },
      { ...axis, size: 58 },
    ],
    bands: [{ series: [1, 2], fill: colourIn(element, 'chart-fill') }],
    series: [
      {}, hidden, hidden,
      {
        stroke: colourIn(element, 'chart-line'), width: 1.5,
        points: { show: true, size: 5, fill: colourIn(element, 'chart-line'), filter: () => lonePoints(shown().columns.mean) },
      },
      { stroke: colourIn(element, 'chart-bad'), paths: () => null, points: { show: true, size: 7, width: 1.5, fill: colourIn(element, 'chart-bad') } },
    ],
    hooks: {
      draw: [(plot) => drawOver(plot, element, shown())],
      setCursor: [(plot) => showReading(readingAt(shown(), plot.cursor.idx))],
    },
  }
}

/** Values that are drawn beside the readings. */
function othersOf({ limits, expected, band_low: low, band_high: high }: SensorDetail): number[] {
  return [...limitLines(limits).map(({ value }) => value), ...[expected, low, high].filter((value) => value !== null)]
}

function drawOver(plot: uPlot, element: HTMLElement, { sensor, history, alarms }: Shown): void {
  const { ctx, bbox: { left, top, width, height } } = plot
  const ratio = devicePixelRatio
  const colour = (name: string): string => colourIn(element, `chart-${name}`)()
  const x = (timeMs: number): number => plot.valToPos(timeMs / 1_000, 'x', true)
  const y = (value: number): number => plot.valToPos(value, 'y', true)
  const line = (name: string, fromX: number, toX: number, atY: number, dash: readonly number[]): void => {
    ctx.beginPath()
    ctx.strokeStyle = colour(name)
    ctx.lineWidth = 2 * ratio
    ctx.setLineDash(dash.map((part) => part * ratio))
    ctx.moveTo(fromX, Math.round(atY))
    ctx.lineTo(toX, Math.round(atY))
    ctx.stroke()
  }
  ctx.save()
  ctx.save()
  ctx.beginPath()
  ctx.rect(left, top, width, height)
  ctx.clip()
  ctx.textAlign = 'left'
  ctx.textBaseline = 'bottom'
  ctx.font = `${11 * ratio}px ${getComputedStyle(element).fontFamily}`
  for (const { value, text, kind } of limitLines(sensor.limits)) {
    line(kind, left, left + width, y(value), [6, 4])
    ctx.fillStyle = colour('text')
    ctx.fillText(text, left + 6 * ratio, y(value) - 2 * ratio)
  }
  const nowX = left + width * (1 - NOW_SHARE)
  const { expected, band_low: bandLow, band_high: bandHigh } = sensor
  ctx.fillStyle = colour('expected')
  if (bandLow !== null && bandHigh !== null) {
    ctx.globalAlpha = 0.2
    ctx.fillRect(nowX, y(bandHigh), width * NOW_SHARE, y(bandLow) - y(bandHigh))
    ctx.globalAlpha = 1
  }
  if (expected !== null) line('expected', nowX, left + width, y(expected), [3, 2])
  // Readings of a bad quality within a step that has others: their values are not in it.
  ctx.fillStyle = colour('bad')
  for (const { time, good, bad_quality: bad } of history.points) {
    if (good && bad > 0) ctx.fillRect(x(Date.parse(time) + (history.step_ms ?? 0) / 2), top + height - 8 * ratio, 2 * ratio, 8 * ratio)
  }
  ctx.restore()
  ctx.setLineDash([])
  for (const alarm of alarms) {
    ctx.fillStyle = colour(isUnacknowledged(alarm) ? alarm.priority : 'over')
    const atY = ROWS.indexOf(alarm.priority) * ALARM_ROW_PX * ratio + 4 * ratio
    const fromX = Math.max(left, x(Date.parse(alarm.raised_at)))
    const toX = Math.min(left + width, x(Date.parse(alarm.cleared_at ?? history.to)))
    ctx.fillRect(fromX, atY + 2 * ratio, Math.max(2 * ratio, toX - fromX), 3 * ratio)
    ctx.beginPath()
    ctx.moveTo(fromX, atY)
    ctx.lineTo(fromX + 5 * ratio, atY + 3.5 * ratio)
    ctx.lineTo(fromX, atY + 7 * ratio)
    ctx.closePath()
    ctx.fill()
  }
  ctx.restore()
}

function readingAt({ columns: { times, mean, highest, lowest, bad }, sensor: { unit } }: Shown, index: number | null | undefined): string {
  if (index === null || index === undefined) return ''
  const [at, value, poor, high, low] = [times[index], mean[index], bad[index], highest[index], lowest[index]]
  if (at === undefined) return ''
  const time = formatTime(at * 1_000, Date.now())
  if (typeof poor === 'number') return `${time}: ${formatMeasured(poor, unit ?? '')}, of bad quality`
  if (typeof value !== 'number') return ''
  const range = high === low ? '' : `, ${formatMeasured(low as number, unit ?? '')} to ${formatMeasured(high as number, unit ?? '')}`
  return `${time}: ${formatMeasured(value, unit ?? '')}${range}`
}
