import type { Calendar } from '../calendar/calendar.ts'
import { dayText, localDay } from '../calendar/spans.ts'
import type { ScorecardSpan } from './scorecard.ts'

const TEN_MINUTES_MS = 600_000

export interface ShiftScore {
  /** Null: outside of all shifts. */
  readonly name: string | null
  readonly alarms: number
  /** How long it ran within the span. */
  readonly lastedMs: number
  /** For one operator. */
  readonly per10Min: number
}

export interface DayScore {
  /** Of the plant's clocks, `2026-12-25`. */
  readonly day: string
  readonly alarms: number
}

/** What each shift had to do: those of the same name together. `raisedMs` are the times of the span's alarms. */
export function scoreShifts(raisedMs: readonly number[], { fromMs, toMs, operators }: ScorecardSpan, calendar: Calendar): ShiftScore[] {
  const lasted = new Map<string | null, number>()
  let restMs = toMs - fromMs
  for (const shift of calendar.shiftsBetween(fromMs, toMs)) {
    const withinMs = Math.min(shift.toMs, toMs) - Math.max(shift.fromMs, fromMs)
    lasted.set(shift.name, (lasted.get(shift.name) ?? 0) + withinMs)
    restMs -= withinMs
  }
  if (restMs > 0) lasted.set(null, restMs)
  const counts = countBy(raisedMs, (timeMs) => calendar.shiftAt(timeMs)?.name ?? null)
  return [...lasted].map(([name, lastedMs]) => {
    const alarms = counts.get(name) ?? 0
    return { name, alarms, lastedMs, per10Min: alarms * TEN_MINUTES_MS / lastedMs / operators }
  })
}

/** Every local day that the span touches, the first and the last one as far as it does. */
export function scoreDays(raisedMs: readonly number[], { fromMs, toMs }: ScorecardSpan, { zone }: Calendar): DayScore[] {
  const counts = countBy(raisedMs, (timeMs) => localDay(zone, timeMs))
  const days: DayScore[] = []
  for (let day = localDay(zone, fromMs); day <= localDay(zone, toMs - 1); day++) days.push({ day: dayText(day), alarms: counts.get(day) ?? 0 })
  return days
}

function countBy<Key>(timesMs: readonly number[], keyOf: (timeMs: number) => Key): Map<Key, number> {
  const counts = new Map<Key, number>()
  for (const timeMs of timesMs) counts.set(keyOf(timeMs), (counts.get(keyOf(timeMs)) ?? 0) + 1)
  return counts
}
