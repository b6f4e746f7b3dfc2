import { nextInterval } from '../interval.ts'

/** A channel's first readings make its baseline; until then it says nothing. */
export const BASELINE_READINGS = 400
/** Afterwards the baseline follows at this rate: half of a lasting change is usual after 870 readings. */
const BASELINE_RATE = 0.0008
/** A reading counts as at most so many standard deviations from its baseline: one wild channel is not a wild machine. */
const LARGEST_DEVIATION = 3
/** The deviation's moving average: about the last 40 readings. */
const SMOOTHING_RATE = 0.05
/** A channel that has paused for so many of its intervals doesn't count. */
export const SILENT_INTERVALS = 12
/** Values beyond are taken as this one, so that no square overflows. */
const LARGEST_VALUE = 1e100

// A channel's slots in the numbers of a record. Values in its unit, the deviation in standard deviations.
const COUNT = 0
const MEAN = 1
const VARIANCE = 2
const DEVIATION = 3
const NEWEST_US = 4
const INTERVAL_US = 5
export const CHANNEL_SLOTS = 6

/** Takes a reading into the channel whose slots begin there. `timeUs`: microseconds since 1970; `value`: finite, in the channel's unit. */
export function learnChannel(numbers: Float64Array, at: number, timeUs: number, value: number): void {
  const taken = Math.max(-LARGEST_VALUE, Math.min(LARGEST_VALUE, value))
  const count = (numbers[at + COUNT] as number) + 1
  numbers[at + COUNT] = count
  const sinceUs = timeUs - (numbers[at + NEWEST_US] as number)
  if (count > 1 && sinceUs > 0) numbers[at + INTERVAL_US] = nextInterval(numbers[at + INTERVAL_US] as number, sinceUs)
  numbers[at + NEWEST_US] = timeUs

  const mean = numbers[at + MEAN] as number
  const variance = numbers[at + VARIANCE] as number
  const difference = taken - mean
  if (count <= BASELINE_READINGS) {
    numbers[at + MEAN] = mean + difference / count
    numbers[at + VARIANCE] = variance + (difference * (taken - (numbers[at + MEAN] as number)) - variance) / count
    return
  }
  // Of a channel that has never moved, the smallest move is a large one.
  const spread = Math.max(Math.sqrt(variance), 1e-9 * Math.abs(mean), 1e-100)
  const deviation = Math.max(-LARGEST_DEVIATION, Math.min(LARGEST_DEVIATION, difference / spread))
  numbers[at + DEVIATION] = (numbers[at + DEVIATION] as number) + (deviation - (numbers[at + DEVIATION] as number)) * SMOOTHING_RATE
  const step = deviation * spread
  numbers[at + MEAN] = mean + step * BASELINE_RATE
  numbers[at + VARIANCE] = variance + (step * step - variance) * BASELINE_RATE
}

/** How many readings it has taken in. */
export function channelReadings(numbers: Float64Array, at: number): number {
  return numbers[at + COUNT] as number
}

/** How far it lies from its baseline lately: standard deviations, above 0 where it is higher; null: it has no baseline yet. */
export function deviationOf(numbers: Float64Array, at: number): number | null {
  return (numbers[at + COUNT] as number) > BASELINE_READINGS ? numbers[at + DEVIATION] as number : null
}

/** It has paused for too long to count. */
export function isSilent(numbers: Float64Array, at: number, timeUs: number): boolean {
  return timeUs - (numbers[at + NEWEST_US] as number) > SILENT_INTERVALS * (numbers[at + INTERVAL_US] as number)
}
