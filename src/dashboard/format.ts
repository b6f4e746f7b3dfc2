// The texts of the page are English, so its numbers are too. Times are in the viewer's zone, with 24 hours.

const wholeNumber = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const oneDecimal = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const twoDecimals = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
const LONGEST_NAME = 40
/** A longer unit may stand on a line of its own. */
const LONGEST_SHORT_UNIT = 8
const measured = new Intl.NumberFormat('en', { maximumFractionDigits: 2 })
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
const clockMinutes = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const dayAndClock = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
})
const day = new Intl.DateTimeFormat('en-GB', { year: 'numeric', month: '2-digit', day: '2-digit' })
const dayAndMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const zone = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' })

/** `12,345` */
export function formatCount(count: number): string {
  return wholeNumber.format(count)
}

/** A total in little room: exact up to 9,999,999, then `12.3M`, `12.3B`. */
export function formatTotal(count: number): string {
  return count < 10_000_000 ? wholeNumber.format(count) : compact.format(count)
}

/** A rate with about three figures: `0`, `0.33`, `12.3`, `1,234`. */
export function formatRate(perSecond: number): string {
  if (perSecond >= 100 || perSecond === 0) return wholeNumber.format(perSecond)
  return perSecond >= 10 ? oneDecimal.format(perSecond) : twoDecimals.format(perSecond)
}

/** A measured value with its unit, as an operator reads it: `41.37 °C`. */
export function formatMeasured(value: number, unit: string): string {
  return `${measured.format(value)}${unit.length > LONGEST_SHORT_UNIT ? ' ' : '\u00a0'}${unit}`
}

/** How long ago, in one unit: `0 s`, `59 s`, `12 min`, `3 h`, `2 d`. A time that lies ahead, by clocks that differ, is `0 s`. */
export function formatAge(ageMs: number): string {
  const seconds = Math.max(0, Math.floor(ageMs / 1000))
  if (seconds < 100) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 100) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`
}

/** `10:31:05` today, `23 Nov, 10:31` on another day, in the viewer's zone. */
export function formatTime(timeMs: number, nowMs: number): string {
  return day.format(timeMs) === day.format(nowMs) ? clock.format(timeMs) : dayAndClock.format(timeMs)
}

/** `10:31`, for an axis. */
export function formatMinutes(timeMs: number): string {
  return clockMinutes.format(timeMs)
}

/** `23 Nov`, for an axis. */
export function formatDay(timeMs: number): string {
  return dayAndMonth.format(timeMs)
}

/** `2026-11-24 10:31:05.250 UTC` */
export function formatUtc(timeMs: number): string {
  return `${new Date(timeMs).toISOString().replace('T', ' ').replace('Z', '')} UTC`
}

/** The viewer's zone: `CET`, `GMT+1`, `UTC`. */
export function zoneName(timeMs: number): string {
  return zone.formatToParts(timeMs).find((part) => part.type === 'timeZoneName')?.value ?? ''
}

/** A name with its middle left out when it is long: what tells names apart is mostly at their ends. */
export function shortened(name: string): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 16)}…${name.slice(-15)}`
}

/** `1 reading`, `2 readings` */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : several}`
}

/** `a`, `a and b`, `a, b and c`; of more than `most` names the rest is counted: `a, b and 3 more`. */
export function listed(names: readonly string[], most = 3): string {
  const shown = names.length > most ? [...names.slice(0, most), `${formatCount(names.length - most)} more`] : names
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}
