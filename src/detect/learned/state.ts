import { CHANNEL_SLOTS } from '../machine/channel.ts'
import { PEAKS, READINGS_PER_POINT, SHAPES, SHAPE_POINTS } from './settings.ts'

/** Rises when the layout below or the meaning of a slot changes; a record of another format is not read. */
export const LEARNED_FORMAT = 2

/** The statistics, in the order of their tails. Each has two tails, high and low, but the shape's distance, which has one. */
export const STATISTICS = ['value', 'jump', 'residual', 'slowMean', 'variability', 'shape'] as const
export const [VALUE, JUMP, RESIDUAL, SLOW_MEAN, VARIABILITY, SHAPE] = [0, 1, 2, 3, 4, 5] as const
/** Statistics with two tails. */
export const TWO_SIDED = 5
/** Tail `2 s` is the high one of statistic `s`, `2 s + 1` the low one; the shape's is the last. */
export const SHAPE_TAIL = 2 * TWO_SIDED
export const TAILS = SHAPE_TAIL + 1

// The slots of `numbers`. Times are microseconds since 1970, values in the sensor's unit, counts are readings.
export const FORMAT = 0
export const UTC_OFFSET_MIN = 1
export const READINGS = 2
export const NEWEST_US = 3
export const INTERVAL_US = 4
export const LATE_RUN = 5
export const FAST_MEAN = 6
export const SLOW_RESIDUAL = 7
export const SHORT_VARIABILITY = 8
export const LEVEL = 9
export const SPREAD = 10
export const ACCUMULATED = 11
export const REALERT_LEVEL = 12
export const LAST_VALUE = 13
export const STILL_READINGS = 14
export const STILL_SINCE_US = 15
export const LONGEST_STILL = 16
export const TREND = 17
export const TREND_SINCE_US = 18
export const TREND_EXTREME = 19
export const TREND_EXTREME_US = 20
/** When the device came whose readings these are; 0: it is the sensor's first. Kept by the caller, who resets. */
export const REPLACED_US = 21
/** The hour of the newest reading, 0..23, and one bit for each hour that has been left at least once. */
export const HOUR = 22
export const HOURS_KNOWN = 23
export const HOUR_MEANS = 24
export const HOUR_COUNTS = HOUR_MEANS + 24
/** Of each two-sided statistic: its mean and its mean absolute deviation; the shape's mean distance after them. */
export const STATISTIC_MEANS = HOUR_COUNTS + 24
/** The sensor as a channel of its machine, which `learnChannel` keeps. */
export const CHANNEL_AT = STATISTIC_MEANS + TWO_SIDED + 1
export const TAILS_AT = CHANNEL_AT + CHANNEL_SLOTS
/** A tail: how many peaks; the running one's place, and until which reading it runs; where evidence begins, its scale; the peaks. */
export const TAIL_COUNT = 0
export const TAIL_ACTIVE = 1
export const TAIL_UNTIL = 2
export const TAIL_BASE = 3
export const TAIL_SCALE = 4
export const TAIL_PEAKS = 5
export const TAIL_SLOTS = TAIL_PEAKS + PEAKS
const LITE_NUMBERS = TAILS_AT + SHAPE_TAIL * TAIL_SLOTS
/** Only in a full record: after the shape's tail. */
export const ORIGIN = LITE_NUMBERS + TAIL_SLOTS
export const RING_AT = ORIGIN + 1
export const RING_COUNT = ORIGIN + 2
export const RANDOM = ORIGIN + 3
export const SHAPES_KEPT = ORIGIN + 4
export const SHAPES_OFFERED = ORIGIN + 5
export const PENDING = ORIGIN + 6
const FULL_NUMBERS = ORIGIN + 7

// The slots of `shapes`: 32 bits, relative to ORIGIN. The last readings in a ring, the shape that waits, the means of the kept shapes in
// rising order, and their points in the same order.
export const SHAPE_READINGS = SHAPE_POINTS * READINGS_PER_POINT
export const RING = 0
export const PENDING_POINTS = RING + SHAPE_READINGS
export const KEPT_MEANS = PENDING_POINTS + SHAPE_POINTS
export const KEPT_POINTS = KEPT_MEANS + SHAPES
const SHAPE_NUMBERS = KEPT_POINTS + SHAPES * SHAPE_POINTS

export type Mode = 'full' | 'lite'

/** One sensor's record takes so many bytes, a multiple of 8. */
export const RECORD_BYTES: Readonly<Record<Mode, number>> = {
  full: 8 * Math.ceil((8 * FULL_NUMBERS + 4 * SHAPE_NUMBERS) / 8),
  lite: 8 * LITE_NUMBERS,
}

/**
 * All that is known of one sensor: one record of `RECORD_BYTES`, seen as numbers of 64 bits and, in full mode, as shapes of 32 bits.
 * Copying the bytes saves it, and a detector over the copy goes on bit by bit as this one would have.
 */
export interface Detector {
  readonly numbers: Float64Array
  /** Of length 0 in lite mode. */
  readonly shapes: Float32Array
}

/** The detector whose record begins there, e.g. in a slab of many: one that was saved, or one that is given to `reset` first. */
export function detectorAt(buffer: ArrayBufferLike, offsetBytes: number, mode: Mode): Detector {
  const numbers = new Float64Array(buffer, offsetBytes, mode === 'full' ? FULL_NUMBERS : LITE_NUMBERS)
  return { numbers, shapes: new Float32Array(buffer, offsetBytes + numbers.byteLength, mode === 'full' ? SHAPE_NUMBERS : 0) }
}

/** One that has seen nothing. Hours of the day are those of `utcOffsetMin`, e.g. 60 for UTC+1. */
export function createDetector(mode: Mode, utcOffsetMin = 0): Detector {
  const detector = detectorAt(new ArrayBuffer(RECORD_BYTES[mode]), 0, mode)
  reset(detector, utcOffsetMin)
  return detector
}

/** Forgets everything, e.g. after a sensor was exchanged. */
export function reset({ numbers, shapes }: Detector, utcOffsetMin: number): void {
  numbers.fill(0)
  shapes.fill(0)
  numbers[FORMAT] = LEARNED_FORMAT
  numbers[UTC_OFFSET_MIN] = utcOffsetMin
}

/** A copy of the record, to be kept. */
export function saveDetector({ numbers, shapes }: Detector): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, RECORD_BYTES[shapes.length > 0 ? 'full' : 'lite']).slice()
}

/** A detector over a copy of a saved record. Throws a `RangeError` if it is of another size or format. */
export function restoreDetector(saved: Uint8Array, mode: Mode): Detector {
  if (saved.length !== RECORD_BYTES[mode]) throw new RangeError(`a ${mode} record has ${RECORD_BYTES[mode]} bytes, not ${saved.length}`)
  const detector = detectorAt(new Uint8Array(saved).buffer, 0, mode)
  const format = detector.numbers[FORMAT]
  if (format !== LEARNED_FORMAT) throw new RangeError(`the record has format ${format}; this release reads ${LEARNED_FORMAT}`)
  return detector
}
