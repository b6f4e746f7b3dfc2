const DAY_MS = 86_400_000

/** How the clocks go at a place. All times are milliseconds since 1970; a local time is counted as if it were UTC. */
export interface TimeZone {
  /** Of the IANA database, such as `Europe/Berlin`. */
  readonly name: string
  /** Local time minus UTC. 3 ns where the time before was of the same UTC day, some microseconds where not. */
  offsetMs(timeMs: number): number
  /**
   * When the clocks first show this local time, or a later one: of a time that they show twice the first; of one that they skip the moment at which
   * they skip it.
   */
  instantOf(localMs: number): number
}

/** Throws a `RangeError` where there is no zone of this name. */
export function createTimeZone(name: string): TimeZone {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
  let day = Number.NaN
  /** Within the day: up to here the offset is `before`, from here on `after`. Clocks are changed once a day at most. */
  let changeMs = 0
  let before = 0
  let after = 0

  const ask = (timeMs: number): number => offsetOf(format.format(timeMs))

  function offsetMs(timeMs: number): number {
    const asked = Math.floor(timeMs / DAY_MS)
    if (asked !== day) {
      day = asked
      before = ask(day * DAY_MS)
      after = ask((day + 1) * DAY_MS)
      changeMs = before === after ? Infinity : firstWith(after, day * DAY_MS, (day + 1) * DAY_MS)
    }
    return timeMs < changeMs ? before : after
  }

  /** The first millisecond after `earlierMs`, which has another offset, with this one, which `laterMs` has. */
  function firstWith(offset: number, earlierMs: number, laterMs: number): number {
    let [from, to] = [earlierMs, laterMs]
    while (to - from > 1) {
      const middle = Math.floor((from + to) / 2)
      if (ask(middle) === offset) to = middle
      else from = middle
    }
    return to
  }

  return {
    name, offsetMs,
    instantOf(localMs) {
      const earlier = offsetMs(localMs - DAY_MS)
      const later = offsetMs(localMs + DAY_MS)
      const [first, second] = [localMs - earlier, localMs - later]
      if (earlier === later || offsetMs(first) === earlier) return first
      return offsetMs(second) === later ? second : firstWith(later, second, first)
    },
  }
}

/** Of `3/29/2026, GMT+02:00`; without figures it is 0. */
function offsetOf(text: string): number {
  const [, sign, hours, minutes, seconds = '0'] = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(text) ?? []
  if (sign === undefined) return 0
  return (sign === '-' ? -1000 : 1000) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds))
}
