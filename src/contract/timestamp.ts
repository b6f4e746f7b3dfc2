const ISO_8601 = /^\d{4}-\d\d-\d\d[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?:[Zz]|([+-])(\d\d):?(\d\d))$/
const DAY_US = 86_400_000_000

/**
 * Microseconds since 1970-01-01 UTC of an ISO 8601 time with a zone, or null when it isn't one.
 * `Date.parse` is not used: it drops the microseconds that old producers send, and takes local times and dates alone.
 * A leap second (`:60`) is refused, as PostgreSQL would move it into the next minute.
 */
export function parseTimestamp(text: string): number | null {
  const match = ISO_8601.exec(text)
  if (match === null) return null
  const [, hour, minute, second, fraction, sign, zoneHour, zoneMinute] = match
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59 || Number(zoneHour ?? 0) > 23 || Number(zoneMinute ?? 0) > 59) return null
  const midnightMs = midnightOf(text.slice(0, 10))
  if (midnightMs === null) return null
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second)
  const fractionUs = fraction === undefined ? 0 : Number(fraction.padEnd(6, '0').slice(0, 6))
  const zoneS = sign === undefined ? 0 : (Number(zoneHour) * 3600 + Number(zoneMinute) * 60) * (sign === '-' ? -1 : 1)
  return midnightMs * 1000 + (seconds - zoneS) * 1_000_000 + fractionUs
}

let lastDay = ''
let lastMidnightMs: number | null = null

/** Milliseconds since 1970 of the beginning of a UTC day, `2026-01-31`, or null when there is no such day. Readings come mostly of one day. */
function midnightOf(day: string): number | null {
  if (day === lastDay) return lastMidnightMs
  const midnightMs = Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)) - 1, Number(day.slice(8)))
  lastDay = day
  // Years below 100 would be read as 19xx, and February 30 as March 2.
  lastMidnightMs = Number.isNaN(midnightMs) || dayName(midnightMs / 86_400_000) !== day ? null : midnightMs
  return lastMidnightMs
}

/** The UTC day that a time falls on, as days since 1970-01-01. */
export function dayOf(timeUs: number): number {
  return Math.floor(timeUs / DAY_US)
}

/** `2026-01-31` for a day counted from 1970-01-01. */
export function dayName(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10)
}
