import type { TimeZone } from './time-zone.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
/** 1970 began with a Thursday. */
const FIRST_WEEKDAY = 3

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** Something that lasts for a time. Milliseconds since 1970; `toMs` is not included. */
export interface Span {
  readonly name: string
  readonly fromMs: number
  readonly toMs: number
}

/** What is repeated every week, in local time. */
export interface Weekly {
  readonly name: string
  /** Places in `WEEKDAYS` of the days on which it begins. */
  readonly days: readonly number[]
  /** Minutes since midnight; `toMin` is more than a day where it ends on the next one. */
  readonly fromMin: number
  readonly toMin: number
}

/** The number of the local day since 1970. */
export function localDay(zone: TimeZone, timeMs: number): number {
  return Math.floor((timeMs + zone.offsetMs(timeMs)) / DAY_MS)
}

/** A local day, `2026-12-25`. */
export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}

/** Those that touch the time from `fromMs` up to `toMs`, whole. On the days in `except` none begins. */
export function weeklySpans(weekly: Weekly, zone: TimeZone, fromMs: number, toMs: number, except?: ReadonlySet<number>): Span[] {
  const { name, days, fromMin, toMin } = weekly
  const spans: Span[] = []
  for (let day = localDay(zone, fromMs) - 1; day <= localDay(zone, toMs); day++) {
    if (!days.includes((day + FIRST_WEEKDAY) % 7) || except?.has(day) === true) continue
    const span = { name, fromMs: zone.instantOf(day * DAY_MS + fromMin * MINUTE_MS), toMs: zone.instantOf(day * DAY_MS + toMin * MINUTE_MS) }
    if (touches(span, fromMs, toMs)) spans.push(span)
  }
  return spans
}

/** What the clocks skip as a whole touches nothing. */
export function touches(span: Span, fromMs: number, toMs: number): boolean {
  return span.fromMs < toMs && span.toMs > fromMs && span.fromMs < span.toMs
}

/** Finds the span that a time is in; those of a UTC day are made when the first time of it comes, and kept until one of another day comes. */
export function spanFinder(between: (fromMs: number, toMs: number) => readonly Span[]): (timeMs: number) => Span | null {
  let day = Number.NaN
  let spans: readonly Span[] = []
  return (timeMs) => {
    const asked = Math.floor(timeMs / DAY_MS)
    if (asked !== day) {
      day = asked
      spans = between(day * DAY_MS, (day + 1) * DAY_MS)
    }
    for (const span of spans) if (timeMs >= span.fromMs && timeMs < span.toMs) return span
    return null
  }
}
