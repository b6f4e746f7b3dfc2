/** What a value says of a limit. */
export interface LimitVerdict {
  readonly over: boolean
  readonly clear: boolean
  /** How far beyond the limit, in the sensor's unit; below 0: not there. */
  readonly excess: number
}

/** At the limit is over, as a reading at its threshold is a warning; clear is what is back by more than the deadband. */
export function judgeLimit(side: 'high' | 'low', value: number, limit: number, deadband: number): LimitVerdict {
  const distance = side === 'high' ? value - limit : limit - value
  // The distance of two numbers may be more than a number holds, and is stored.
  const excess = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, distance))
  return { over: excess >= 0, clear: excess < -deadband, excess }
}
