// What <input type="datetime-local"> has: a time in the viewer's zone, without the zone.

/** `2026-11-24T10:31:05` */
export function toLocalTime(timeMs: number): string {
  const date = new Date(timeMs)
  const two = (part: number): string => String(part).padStart(2, '0')
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** ISO 8601 in UTC; of a text that is no time, now. */
export function fromLocalTime(text: string): string {
  const timeMs = Date.parse(text)
  return new Date(Number.isNaN(timeMs) ? Date.now() : timeMs).toISOString()
}
