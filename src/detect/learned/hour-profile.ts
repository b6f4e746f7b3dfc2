import { HOUR_RATE } from './settings.ts'
import { HOUR, HOURS_KNOWN, HOUR_COUNTS, HOUR_MEANS, UTC_OFFSET_MIN } from './state.ts'

const HOUR_US = 3_600_000_000
const MINUTE_US = 60_000_000

/** The hour of the day, 0..23, at the sensor's offset from UTC. */
export function hourOf(numbers: Float64Array, timeUs: number): number {
  const hours = Math.floor((timeUs + (numbers[UTC_OFFSET_MIN] as number) * MINUTE_US) / HOUR_US)
  return ((hours % 24) + 24) % 24
}

/**
 * Whether the hour has been seen before, whole or in part, and been left since. On the first day the hour that is running would know
 * itself alone: a drift would carry its own expectation along.
 */
export function isHourKnown(numbers: Float64Array, hour: number): boolean {
  return ((numbers[HOURS_KNOWN] as number) >> hour & 1) === 1
}

/** What is usual in that hour; only where it is known. */
export function hourMean(numbers: Float64Array, hour: number): number {
  return numbers[HOUR_MEANS + hour] as number
}

/** Takes in a reading that is newer than all before, as one at most `bound` away from the hour's mean. `pace` is that of forgetting. */
export function learnHour(numbers: Float64Array, hour: number, value: number, bound: number, pace: number): void {
  const before = numbers[HOUR] as number
  if (before !== hour) {
    if ((numbers[HOUR_COUNTS + before] as number) > 0) numbers[HOURS_KNOWN] = (numbers[HOURS_KNOWN] as number) | (1 << before)
    numbers[HOUR] = hour
  }
  const count = (numbers[HOUR_COUNTS + hour] as number) + 1
  numbers[HOUR_COUNTS + hour] = count
  const mean = count === 1 ? value : numbers[HOUR_MEANS + hour] as number
  const step = Math.max(-bound, Math.min(bound, value - mean))
  numbers[HOUR_MEANS + hour] = mean + step * Math.max(HOUR_RATE * pace, 1 / count)
}
