import { hourMean, hourOf, isHourKnown } from './hour-profile.ts'
import { takeBand, warmUpProgress } from './score-reading.ts'
import { LEVEL, NEWEST_US } from './state.ts'
import type { Detector } from './state.ts'

/** What a detector expects at the time of the newest reading, in the sensor's unit; null where it doesn't know yet. */
export interface Outlook {
  /** 0 to 1: it says nothing before it is 1. */
  readonly learned: number
  readonly expected: number | null
  readonly bandLow: number | null
  readonly bandHigh: number | null
}

export function outlookOf(detector: Detector): Outlook {
  const { numbers } = detector
  const hour = hourOf(numbers, numbers[NEWEST_US] as number)
  const expected = isHourKnown(numbers, hour) ? hourMean(numbers, hour) : numbers[LEVEL] as number
  const band = { bandLow: 0, bandHigh: 0 }
  takeBand(numbers, expected, band)
  return { learned: warmUpProgress(detector), expected: known(expected), bandLow: known(band.bandLow), bandHigh: known(band.bandHigh) }
}

function known(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
