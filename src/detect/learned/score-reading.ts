import { nextInterval } from '../interval.ts'
import { hourMean, hourOf, isHourKnown, learnHour } from './hour-profile.ts'
import { forgetPeaks, judgeTail } from './peaks.ts'
import {
  ACCUMULATION_RATE, ACCUMULATION_WEIGHT, FASTEST_FORGETTING_US, FAST_RATE, FORGET_EVERY_READINGS, GAP_INTERVALS, HUBER_SPREADS, LARGEST_VALUE,
  LATE_READINGS, LEVEL_RATE, PEAKS_NEEDED, PEAK_KEEP, REALERT_HALF_LIFE_READINGS, REALERT_MARGIN, SLOW_RATE, STRENGTH_AT_THRESHOLD,
  STUCK_STRENGTH, VARIABILITY_FLOOR, VARIABILITY_RATE, WARM_UP_READINGS,
} from './settings.ts'
import { forgetReadings, shapeDistance } from './shapes.ts'
import {
  ACCUMULATED, FAST_MEAN, HOUR, INTERVAL_US, JUMP, LATE_RUN, LEVEL, LONGEST_STILL, NEWEST_US, READINGS, REALERT_LEVEL, RESIDUAL, SHAPE, SHAPE_TAIL,
  SHORT_VARIABILITY, SLOW_MEAN, SLOW_RESIDUAL, SPREAD, STATISTIC_MEANS, TAILS, TAILS_AT, TAIL_BASE, TAIL_COUNT, TAIL_SLOTS, TWO_SIDED, VALUE,
  VARIABILITY,
} from './state.ts'
import type { Detector } from './state.ts'
import { followStillness, forgetStillness } from './stillness.ts'
import { followTrend, forgetTrend } from './trend.ts'

/** Too few to know an interval, or the spread of anything but the values. */
const FIRST_READINGS = 20
const KEEP_FOR_A_PASS = PEAK_KEEP ** FORGET_EVERY_READINGS
const REALERT_KEEP = 0.5 ** (1 / REALERT_HALF_LIFE_READINGS)

/** What was found of one reading. One object is made once and written again for each reading, so that scoring makes no garbage. */
export interface Result {
  /** 0..1. An event scores once, when it begins or becomes much stronger; what goes on as it is doesn't score again. */
  score: number
  /** The evidence itself, 0 or more, without that rule: it lasts as long as the readings are unusual. 0 while warming up. */
  strength: number
  /** What is usual, in the sensor's unit; and between which limits readings are. NaN until 5 peaks each way have been seen. */
  expected: number
  bandLow: number
  bandHigh: number
  /** Whether `expected` is that of the hour of the day. */
  byHour: boolean
  /** By tail: high and low for each of `STATISTICS`, and one for the shape. Each 0 to `EVIDENCE_MAX`. */
  readonly evidence: Float64Array
}

export function emptyResult(): Result {
  // Not whole numbers: V8 would make the fields again when the first fraction comes.
  const [score, strength, unknown] = [0.5, 0.5, Number.NaN]
  return { score, strength, expected: unknown, bandLow: unknown, bandHigh: unknown, byHour: false, evidence: new Float64Array(TAILS) }
}

/** Of the readings so far, 0 to 1: 1 when scores are given. */
export function warmUpProgress({ numbers }: Detector): number {
  return Math.min(1, (numbers[READINGS] as number) / WARM_UP_READINGS)
}

/** While it is, every score is 0. */
export function isWarmingUp({ numbers }: Detector): boolean {
  return (numbers[READINGS] as number) < WARM_UP_READINGS
}

/**
 * Scores a reading, learns from it, fills `result` and returns the score. `timeUs`: microseconds since 1970. `value`: finite, in the
 * sensor's unit.
 *
 * Readings count in the order in which they come. One that isn't newer than the newest is scored like any other, against its own hour, and
 * teaches nothing of hours and intervals. After 100 older ones in a row the newest time is given up: the clock was set back. After a pause
 * of 12 usual intervals (a gap) there is no jump, no shape and no trend until enough new readings have come.
 */
export function scoreReading(detector: Detector, timeUs: number, value: number, result: Result): number {
  const { numbers, shapes } = detector
  const x = Math.max(-LARGEST_VALUE, Math.min(LARGEST_VALUE, value))
  const reading = (numbers[READINGS] as number) + 1
  numbers[READINGS] = reading
  if (reading === 1) begin(numbers, timeUs, x)
  const sinceUs = timeUs - (numbers[NEWEST_US] as number)
  const isGap = followTime(numbers, timeUs, sinceUs, reading)
  if (isGap) {
    forgetTrend(numbers)
    forgetStillness(numbers)
    numbers[FAST_MEAN] = x
    if (shapes.length > 0) forgetReadings(detector)
  }

  const pace = Math.min(1, (numbers[INTERVAL_US] as number) / FASTEST_FORGETTING_US)
  const hour = hourOf(numbers, timeUs)
  const byHour = isHourKnown(numbers, hour)
  const level = numbers[LEVEL] as number
  const spread = numbers[SPREAD] as number
  const expected = byHour ? hourMean(numbers, hour) : level
  const residual = x - expected
  const rate = Math.max(LEVEL_RATE, 1 / reading)
  const bound = spread > 0 ? HUBER_SPREADS * spread : Infinity
  numbers[LEVEL] = level + (reading < FIRST_READINGS ? x - level : within(x - level, bound)) * rate
  const deviation = reading < FIRST_READINGS ? Math.abs(residual) : Math.min(Math.abs(residual), 2 * bound)
  const newSpread = spread + (deviation - spread) * rate
  numbers[SPREAD] = newSpread
  if (sinceUs > 0 || reading === 1) learnHour(numbers, hour, x, bound, pace)

  const fast = numbers[FAST_MEAN] as number
  const jump = x - fast
  numbers[FAST_MEAN] = fast + jump * FAST_RATE
  const slow = (numbers[SLOW_RESIDUAL] as number) + (residual - (numbers[SLOW_RESIDUAL] as number)) * SLOW_RATE
  numbers[SLOW_RESIDUAL] = slow
  const before = numbers[SHORT_VARIABILITY] as number
  const variability = before + (Math.abs(jump) - before) * VARIABILITY_RATE
  numbers[SHORT_VARIABILITY] = variability
  const safeVariability = variability + VARIABILITY_FLOOR * newSpread + 1e-9 * Math.abs(level) + 1e-250
  followTrend(numbers, timeUs)
  const isStuck = followStillness(numbers, timeUs, x)

  result.byHour = byHour
  result.expected = expected
  takeBand(numbers, expected, result)
  const { evidence } = result
  evidence.fill(0)
  let sum = judge(numbers, evidence, VALUE, x, reading, rate) + judge(numbers, evidence, RESIDUAL, residual, reading, rate)
  // Before that they are made of too few readings, and right after a gap there is nothing to jump from.
  if (reading >= FIRST_READINGS) {
    const laterRate = Math.max(LEVEL_RATE, 1 / (reading - FIRST_READINGS + 1))
    if (!isGap) sum += judge(numbers, evidence, JUMP, jump, reading, laterRate)
    sum += judge(numbers, evidence, SLOW_MEAN, slow, reading, laterRate)
    sum += judge(numbers, evidence, VARIABILITY, Math.log(safeVariability), reading, laterRate)
  }
  if (shapes.length > 0) sum += judgeShape(detector, evidence, x, safeVariability, pace, reading, rate)
  if (reading % FORGET_EVERY_READINGS === 0) forget(numbers, shapes.length > 0, pace)
  return raise(numbers, sum, isStuck ? STUCK_STRENGTH : 0, reading, result)
}

/** Between which limits readings are, around what is expected; NaN until 5 peaks have been seen. */
export function takeBand(numbers: Float64Array, expected: number, band: { bandLow: number, bandHigh: number }): void {
  const isKnown = peaksOf(numbers, 2 * RESIDUAL) >= PEAKS_NEEDED && peaksOf(numbers, 2 * RESIDUAL + 1) >= PEAKS_NEEDED
  band.bandLow = isKnown ? expected - tailBase(numbers, 2 * RESIDUAL + 1) : Number.NaN
  band.bandHigh = isKnown ? expected + tailBase(numbers, 2 * RESIDUAL) : Number.NaN
}

function begin(numbers: Float64Array, timeUs: number, x: number): void {
  numbers[NEWEST_US] = timeUs
  numbers[FAST_MEAN] = x
  numbers[LEVEL] = x
  numbers[HOUR] = hourOf(numbers, timeUs)
  numbers[STATISTIC_MEANS + VALUE] = x
}

/** Whether there was a gap before this reading. */
function followTime(numbers: Float64Array, timeUs: number, sinceUs: number, reading: number): boolean {
  if (sinceUs > 0) {
    const next = nextInterval(numbers[INTERVAL_US] as number, sinceUs)
    numbers[INTERVAL_US] = next
    numbers[NEWEST_US] = timeUs
    numbers[LATE_RUN] = 0
    return reading > FIRST_READINGS && sinceUs > GAP_INTERVALS * next
  }
  const late = sinceUs < 0 ? (numbers[LATE_RUN] as number) + 1 : numbers[LATE_RUN] as number
  numbers[LATE_RUN] = late
  if (late < LATE_READINGS) return false
  numbers[NEWEST_US] = timeUs
  numbers[LATE_RUN] = 0
  return true
}

function within(value: number, bound: number): number {
  return Math.max(-bound, Math.min(bound, value))
}

/** The evidence of both tails of a statistic, which goes into its mean first. */
function judge(numbers: Float64Array, evidence: Float64Array, statistic: number, x: number, reading: number, rate: number): number {
  const slot = STATISTIC_MEANS + statistic
  const mean = (numbers[slot] as number) + (x - (numbers[slot] as number)) * rate
  numbers[slot] = mean
  const at = TAILS_AT + 2 * statistic * TAIL_SLOTS
  const high = judgeTail(numbers, at, x, mean, reading)
  const low = judgeTail(numbers, at + TAIL_SLOTS, -x, -mean, reading)
  evidence[2 * statistic] = high
  evidence[2 * statistic + 1] = low
  return high + low
}

/** The distance counts in units of the variability just now: in a rough time shapes are far from all others, and it means little. */
function judgeShape(
  detector: Detector, evidence: Float64Array, x: number, variability: number, pace: number, reading: number, rate: number,
): number {
  const absolute = shapeDistance(detector, x, pace)
  if (absolute < 0) return 0
  const distance = absolute / variability
  const { numbers } = detector
  const slot = STATISTIC_MEANS + SHAPE
  const before = numbers[slot] as number
  const mean = before === 0 ? distance : before + (distance - before) * rate
  numbers[slot] = mean
  const found = judgeTail(numbers, TAILS_AT + SHAPE_TAIL * TAIL_SLOTS, distance, mean, reading)
  evidence[SHAPE_TAIL] = found
  return found
}

function forget(numbers: Float64Array, hasShapes: boolean, pace: number): void {
  const keep = KEEP_FOR_A_PASS ** pace
  numbers[LONGEST_STILL] = (numbers[LONGEST_STILL] as number) * keep
  for (let tail = 0; tail < 2 * TWO_SIDED; tail++) {
    const mean = numbers[STATISTIC_MEANS + (tail >> 1)] as number
    forgetPeaks(numbers, TAILS_AT + tail * TAIL_SLOTS, (tail & 1) === 0 ? mean : -mean, keep)
  }
  const shapeMean = numbers[STATISTIC_MEANS + SHAPE] as number
  if (hasShapes) forgetPeaks(numbers, TAILS_AT + SHAPE_TAIL * TAIL_SLOTS, shapeMean, keep)
}

/**
 * Adds the moving average of the sum to the sum, and lets through what rises well above the alert before. Only alerts set that level:
 * a drift, which grows by less than the margin from reading to reading, would keep itself down for ever.
 */
function raise(numbers: Float64Array, sum: number, extra: number, reading: number, result: Result): number {
  const accumulated = (numbers[ACCUMULATED] as number) + (sum - (numbers[ACCUMULATED] as number)) * ACCUMULATION_RATE
  numbers[ACCUMULATED] = accumulated
  const strength = reading <= WARM_UP_READINGS ? 0 : sum + ACCUMULATION_WEIGHT * accumulated + extra
  const realert = (numbers[REALERT_LEVEL] as number) * REALERT_KEEP
  const isRaised = strength > REALERT_MARGIN * realert
  numbers[REALERT_LEVEL] = strength >= STRENGTH_AT_THRESHOLD ? Math.max(strength, realert) : realert
  result.strength = strength
  result.score = isRaised ? strength / (strength + STRENGTH_AT_THRESHOLD) : 0
  return result.score
}

function peaksOf(numbers: Float64Array, tail: number): number {
  return numbers[TAILS_AT + tail * TAIL_SLOTS + TAIL_COUNT] as number
}

function tailBase(numbers: Float64Array, tail: number): number {
  return numbers[TAILS_AT + tail * TAIL_SLOTS + TAIL_BASE] as number
}
