const ISO_8601 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:[Zz]|[+-]\d\d:?\d\d)$/
export const DAY_US = 86_400_000_000

/**
 * Microseconds since 1970-01-01 UTC of an ISO 8601 time with a zone, or null when it isn't one.
 * `Date.parse` is not used: it drops the microseconds that old producers send, and takes local times and dates alone.
 * A leap second (`:60`) is refused, as PostgreSQL would move it into the next minute.
 */
export function parseTimestamp(text: string): number | null {
  // Numbers are read by their place: groups of the expression would be eight strings a reading.
  if (!ISO_8601.test(text)) return null
  const hour = twoDigits(text, 11)
  const minute = twoDigits(text, 14)
  const second = twoDigits(text, 17)
  if (hour > 23 || minute > 59 || second > 59) return null
  let fractionUs = 0
  let at = 19
  if (!isZone(text.charCodeAt(at))) {
    at++
    // Past the microseconds a digit counts 0.
    for (let unitUs = 100_000; !isZone(text.charCodeAt(at)); at++, unitUs = Math.trunc(unitUs / 10)) fractionUs += digit(text, at) * unitUs
  }
  const zoneS = zoneSeconds(text, at)
  const midnightMs = midnightOf(text.slice(0, 10))
  if (zoneS === null || midnightMs === null) return null
  return midnightMs * 1000 + (hour * 3600 + minute * 60 + second - zoneS) * 1_000_000 + fractionUs
}

function digit(text: string, at: number): number {
  return text.charCodeAt(at) - 48
}

function twoDigits(text: string, at: number): number {
  return digit(text, at) * 10 + digit(text, at + 1)
}

const PLUS = 43
const MINUS = 45

/** Where the zone begins: Z, z, + or -. */
function isZone(code: number): boolean {
  return code === 90 || code === 122 || code === PLUS || code === MINUS
}

/** East of UTC; null when there is no such zone. */
function zoneSeconds(text: string, at: number): number | null {
  const sign = text.charCodeAt(at)
  if (sign !== PLUS && sign !== MINUS) return 0
  const hours = twoDigits(text, at + 1)
  const minutes = twoDigits(text, text.length - 2)
  if (hours > 23 || minutes > 59) return null
  return (hours * 3600 + minutes * 60) * (sign === MINUS ? -1 : 1)
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
