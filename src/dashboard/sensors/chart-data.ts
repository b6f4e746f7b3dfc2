import type { Alarm } from '../../contract/alarm-api.ts'
import type { History, SensorDetail } from '../../contract/history-api.ts'

/** Of a chart's series: null is a gap in the line, undefined no value there. */
export type Column = (number | null | undefined)[]

/** What is drawn of a history, in columns of the same length. */
export interface ChartColumns {
  /** Seconds since 1970. */
  readonly times: number[]
  readonly highest: Column
  readonly lowest: Column
  readonly mean: Column
  /** Readings of a bad quality, where there were no others. */
  readonly bad: Column
}

/** So many intervals without a reading are a gap. */
const GAP_INTERVALS = 3
const GAP_STEPS = 2
/** Of a sensor whose rhythm isn't known. */
const ASSUMED_INTERVAL_MS = 60_000

/** Each point in the middle of its step; where nothing was read for long, the line is interrupted. */
export function columnsOf({ points, step_ms: stepMs }: Pick<History, 'points' | 'step_ms'>, intervalMs: number | null): ChartColumns {
  const columns: ChartColumns = { times: [], highest: [], lowest: [], mean: [], bad: [] }
  const gapMs = Math.max(GAP_INTERVALS * (intervalMs ?? ASSUMED_INTERVAL_MS), GAP_STEPS * (stepMs ?? 0))
  let lastMs = Number.NaN
  for (const { time, min, max, mean, last, good } of points) {
    const atMs = Date.parse(time) + (stepMs ?? 0) / 2
    if (atMs - lastMs > gapMs) add(columns, (lastMs + atMs) / 2, null, null, null, undefined)
    if (good) add(columns, atMs, max, min, mean, undefined)
    else add(columns, atMs, undefined, undefined, undefined, last)
    lastMs = atMs
  }
  return columns
}

function add(
  { times, highest, lowest, mean, bad }: ChartColumns, atMs: number, max: number | null | undefined, min: number | null | undefined,
  average: number | null | undefined, poor: number | undefined,
): void {
  times.push(atMs / 1_000)
  highest.push(max)
  lowest.push(min)
  mean.push(average)
  bad.push(poor)
}

/** Points of the line with a gap on both sides: without a dot nobody would see them. */
export function lonePoints(mean: Column): number[] {
  // The line goes on across what has no value.
  const drawn = mean.flatMap((value, index) => (value === undefined ? [] : [{ value, index }]))
  const isGap = (place: number): boolean => (drawn[place]?.value ?? null) === null
  return drawn.flatMap(({ index }, place) => (!isGap(place) && isGap(place - 1) && isGap(place + 1) ? [index] : []))
}

/** A line across the chart. */
export interface LimitLine {
  readonly value: number
  readonly text: string
  readonly kind: 'critical' | 'warning'
}

export function limitLines({ critical, warning, low, critical_low: criticalLow }: SensorDetail['limits']): LimitLine[] {
  const lines = [
    { value: critical, text: 'critical', kind: 'critical' }, { value: warning, text: 'warning', kind: 'warning' },
    { value: low, text: 'low', kind: 'warning' }, { value: criticalLow, text: 'critical low', kind: 'critical' },
  ] as const
  return lines.flatMap(({ value, ...rest }) => (value === null ? [] : [{ value, ...rest }]))
}

/** From lowest to highest with some room; a limit or a band is in it where that doesn't flatten the line. */
export function valueRange(low: number | null, high: number | null, others: readonly number[]): [number, number] {
  if (low === null || high === null || !Number.isFinite(high - low)) {
    return others.length === 0 ? [0, 1] : valueRange(Math.min(...others), Math.max(...others), [])
  }
  const span = Math.max(high - low, Math.abs(high) / 50, 1e-9)
  const near = others.filter((value) => value >= low - span && value <= high + span)
  const [from, to] = [Math.min(low, ...near), Math.max(high, ...near)]
  const room = Math.max((to - from) / 12, span / 20)
  return [from - room, to + room]
}

/** Those that stood at some moment of this time. */
export function alarmsWithin(alarms: readonly Alarm[], fromMs: number, toMs: number): Alarm[] {
  return alarms.filter(({ raised_at: raised, cleared_at: cleared }) => (
    Date.parse(raised) < toMs && (cleared === null || Date.parse(cleared) >= fromMs)))
}
