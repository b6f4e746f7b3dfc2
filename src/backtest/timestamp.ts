const PATTERN = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i

/** Microseconds since 1970 of "2026-03-01 06:00:00" or an ISO 8601 time, in UTC where it has no offset; NaN if it is neither. */
export function parseTimestamp(text: string): number {
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = PATTERN.exec(text) ?? []
  if (year === undefined || Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) return Number.NaN
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day))
  // 30 February would be taken for 2 March.
  if (new Date(date).getUTCDate() !== Number(day) || new Date(date).getUTCMonth() !== Number(month) - 1) return Number.NaN
  const seconds = date / 1000 + Number(hour) * 3600 + Number(minute) * 60 + Number(second) - offsetSeconds(zone)
  return seconds * 1e6 + Number(fraction.padEnd(6, '0').slice(0, 6))
}

function offsetSeconds(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0
  const digits = zone.slice(1).replace(':', '')
  return (zone.startsWith('-') ? -1 : 1) * (Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2) || '0') * 60)
}
