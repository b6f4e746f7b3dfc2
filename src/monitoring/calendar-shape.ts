import type { Calendar } from '../calendar/calendar.ts'
import { dayText, localDay } from '../calendar/spans.ts'
import type { Span } from '../calendar/spans.ts'
import type { CalendarAnswer } from '../contract/calendar-api.ts'

const MINUTE_MS = 60_000
const DAYS_AHEAD = 7
const DAYS_AHEAD_MS = DAYS_AHEAD * 86_400_000
const MOST_LISTED = 200

/** What the plant does now, and what comes within 7 days. */
export function buildCalendar(calendar: Calendar, nowMs: number): CalendarAnswer {
  const { zone, holidays, groups } = calendar
  const today = localDay(zone, nowMs)
  const next = calendar.shiftsBetween(nowMs, nowMs + DAYS_AHEAD_MS).find(({ fromMs }) => fromMs > nowMs)
  return {
    time_zone: zone.name, utc_offset_min: zone.offsetMs(nowMs) / MINUTE_MS,
    shift: shownOrNull(calendar.shiftAt(nowMs)), next_shift: shownOrNull(next ?? null),
    holidays: [...holidays].filter((day) => day >= today && day <= today + DAYS_AHEAD).toSorted((a, b) => a - b).map(dayText),
    maintenance: calendar.maintenanceBetween(nowMs, nowMs + DAYS_AHEAD_MS).slice(0, MOST_LISTED).map((maintenance) => ({
      ...shown(maintenance), machines: [...maintenance.machines], running: maintenance.fromMs <= nowMs,
    })),
    suppression_groups: groups.map(({ name, when, suppress }) => ({ name, ...when, machines: [...suppress] })),
  }
}

function shown({ name, fromMs, toMs }: Span): { name: string, from: string, to: string } {
  return { name, from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() }
}

function shownOrNull(span: Span | null): ReturnType<typeof shown> | null {
  return span === null ? null : shown(span)
}
