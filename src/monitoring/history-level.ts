import type { HistoryLevel } from '../contract/history-api.ts'
import type { OldestKept } from '../postgres/read-history.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** How much time points may cover; each is whole ones of the levels below it. */
const STEPS_MS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500,
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 4, 6, 8, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 5, 10, 30].map((days) => days * DAY_MS),
]
export const WIDTH_MS: Readonly<Record<HistoryLevel, number>> = { raw: 1, minute: MINUTE_MS, hour: HOUR_MS }

/** Rows that one answer may be made of. Each lies on a page of its own, among those of all other sensors of its time. */
export const MOST_READ = 4_000
/** A partition for each day is planned for and looked into. */
const MOST_RAW_MS = 31 * DAY_MS
/** Of a sensor whose rhythm isn't known: it never had two readings among those of some seconds. */
const ASSUMED_INTERVAL_MS = 5_000

export interface Span {
  /** Milliseconds since 1970. */
  readonly fromMs: number
  /** Not included. */
  readonly toMs: number
  /** At most so many in the answer. */
  readonly points: number
}

/** The smallest step, in milliseconds, by which a span needs no more than its points. */
export function stepFor({ fromMs, toMs, points }: Span, leastMs = 1): number {
  const fits = (stepMs: number): boolean => Math.floor((toMs - 1) / stepMs) - Math.floor(fromMs / stepMs) < points
  let stepMs = STEPS_MS.find((each) => each >= leastMs && fits(each)) ?? 60 * DAY_MS
  while (!fits(stepMs)) stepMs *= 2
  return stepMs
}

/**
 * From what an answer is made: the coarsest level that is as fine as its points, or, where that would be too many rows, the next one.
 * Readings themselves where they are few.
 */
export function chooseLevel(span: Span, intervalMs: number | null, oldest: OldestKept): HistoryLevel {
  const spanMs = span.toMs - span.fromMs
  const stepMs = stepFor(span)
  const interval = Math.max(intervalMs ?? ASSUMED_INTERVAL_MS, 1)
  const mayBe = (beginMs: number | null, mostMs: number, most: number, widthMs: number): boolean =>
    beginMs !== null && span.fromMs >= beginMs && spanMs <= mostMs && spanMs / Math.max(interval, widthMs) <= most
  const raw = (most: number): boolean => mayBe(oldest.readingMs, MOST_RAW_MS, most, 1)
  const minute = mayBe(oldest.minuteMs, Infinity, MOST_READ, MINUTE_MS)
  if (raw(span.points)) return 'raw'
  if (stepMs >= HOUR_MS) return 'hour'
  if (stepMs >= MINUTE_MS && minute) return 'minute'
  if (raw(MOST_READ)) return 'raw'
  return minute ? 'minute' : 'hour'
}
