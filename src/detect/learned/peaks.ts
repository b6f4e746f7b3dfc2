import {
  EVIDENCE_MAX, PEAKS, PEAKS_NEEDED, PEAK_CAP, PEAK_GAP_READINGS, TAIL_SCALES, TAIL_SHARE_OF_RANGE,
} from './settings.ts'
import { TAIL_ACTIVE, TAIL_BASE, TAIL_COUNT, TAIL_PEAKS, TAIL_SCALE, TAIL_UNTIL } from './state.ts'

/**
 * How far `x` lies beyond the largest peaks of one tail, 0 to `EVIDENCE_MAX`, and takes it into the memory. For a low tail everything is
 * negated. `at` is the tail's first slot, `mean` the statistic's mean, `reading` the number of the reading.
 */
export function judgeTail(numbers: Float64Array, at: number, x: number, mean: number, reading: number): number {
  const count = numbers[at + TAIL_COUNT] as number
  if (count === PEAKS && x <= (numbers[at + TAIL_PEAKS + PEAKS - 1] as number)) return 0
  if (count < PEAKS_NEEDED) {
    if (remember(numbers, at, x, reading)) rescale(numbers, at, mean)
    return 0
  }
  const scale = numbers[at + TAIL_SCALE] as number
  const beyond = x - (numbers[at + TAIL_BASE] as number)
  // By the logarithm ten times the distance counts a little more, not ten times: how far out it lies says less than that it does.
  const evidence = beyond > 0 ? Math.min(EVIDENCE_MAX, Math.log1p(beyond / scale)) : 0
  const largest = numbers[at + TAIL_PEAKS] as number
  const smallest = numbers[at + TAIL_PEAKS + count - 1] as number
  if (remember(numbers, at, Math.min(x, largest + PEAK_CAP * Math.max(largest - smallest, scale)), reading)) rescale(numbers, at, mean)
  return evidence
}

/** While a peak runs, larger values raise it and let it run on; else x is a new one, which displaces the smallest. Whether any changed. */
function remember(numbers: Float64Array, at: number, x: number, reading: number): boolean {
  const first = at + TAIL_PEAKS
  const count = numbers[at + TAIL_COUNT] as number
  let place: number
  if (count > 0 && reading < (numbers[at + TAIL_UNTIL] as number)) {
    place = numbers[at + TAIL_ACTIVE] as number
    if (x <= (numbers[first + place] as number)) return false
  } else {
    place = Math.min(count, PEAKS - 1)
    if (count < PEAKS) numbers[at + TAIL_COUNT] = count + 1
  }
  numbers[at + TAIL_UNTIL] = reading + PEAK_GAP_READINGS
  for (; place > 0 && (numbers[first + place - 1] as number) < x; place--) {
    numbers[first + place] = numbers[first + place - 1] as number
  }
  numbers[first + place] = x
  numbers[at + TAIL_ACTIVE] = place
  return true
}

/** Where evidence begins, and the scale in which it is measured, of the peaks as they are now. */
function rescale(numbers: Float64Array, at: number, mean: number): void {
  const first = at + TAIL_PEAKS
  const count = numbers[at + TAIL_COUNT] as number
  const largest = numbers[first] as number
  const smallest = numbers[first + count - 1] as number
  let excess = 0
  for (let place = 0; place < count - 1; place++) excess += (numbers[first + place] as number) - smallest
  const scale = excess / Math.max(1, count - 1) + TAIL_SHARE_OF_RANGE * (smallest - mean)
  // Of a series that never moved everything is 0: the smallest scale is that of its digits, or of the numbers themselves.
  const safe = Math.max(scale, 1e-12 * Math.abs(largest), 1e-250)
  numbers[at + TAIL_SCALE] = safe
  numbers[at + TAIL_BASE] = Math.max(largest, smallest + TAIL_SCALES * safe)
}

/** Shrinks the peaks towards the statistic's mean, so that what was large once is not large for ever. */
export function forgetPeaks(numbers: Float64Array, at: number, mean: number, keep: number): void {
  const count = numbers[at + TAIL_COUNT] as number
  if (count === 0) return
  for (let slot = at + TAIL_PEAKS; slot < at + TAIL_PEAKS + count; slot++) {
    numbers[slot] = mean + ((numbers[slot] as number) - mean) * keep
  }
  rescale(numbers, at, mean)
}
