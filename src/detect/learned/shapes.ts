import { READINGS_PER_POINT, RESERVOIR_MEMORY, SHAPES, SHAPES_NEEDED, SHAPE_EVERY_READINGS, SHAPE_POINTS } from './settings.ts'
import {
  KEPT_MEANS, KEPT_POINTS, ORIGIN, PENDING, PENDING_POINTS, RANDOM, READINGS, RING, RING_AT, RING_COUNT, SHAPES_KEPT, SHAPES_OFFERED,
  SHAPE_READINGS,
} from './state.ts'
import type { Detector } from './state.ts'

/** Beyond, a number of 32 bits would be infinite, and infinite distances can't be compared. */
const LARGEST_POINT = 1e30

/** The shape of the last readings. Written and read within one call: no state. */
const current = new Float64Array(SHAPE_POINTS)

/**
 * Takes a value in and gives the distance of the last 24 readings' shape to the nearest of those kept, in the sensor's unit; -1 while too
 * few of either are known. The shape is 6 means of 4 readings each, its level included. `pace` is that of forgetting.
 */
export function shapeDistance({ numbers, shapes }: Detector, value: number, pace: number): number {
  if (numbers[READINGS] === 1) numbers[ORIGIN] = value
  const at = numbers[RING_AT] as number
  shapes[RING + at] = Math.max(-LARGEST_POINT, Math.min(LARGEST_POINT, value - (numbers[ORIGIN] as number)))
  const oldest = at + 1 === SHAPE_READINGS ? 0 : at + 1
  numbers[RING_AT] = oldest
  const count = Math.min(SHAPE_READINGS, (numbers[RING_COUNT] as number) + 1)
  numbers[RING_COUNT] = count
  if (count < SHAPE_READINGS) return -1

  let mean = 0
  for (let point = 0, slot = oldest; point < SHAPE_POINTS; point++) {
    let sum = 0
    for (let reading = 0; reading < READINGS_PER_POINT; reading++) {
      sum += shapes[RING + slot] as number
      slot = slot + 1 === SHAPE_READINGS ? 0 : slot + 1
    }
    current[point] = sum / READINGS_PER_POINT
    mean += sum / SHAPE_READINGS
  }
  const kept = numbers[SHAPES_KEPT] as number
  const distance = kept < SHAPES_NEEDED ? -1 : Math.sqrt(nearestSquared(shapes, kept, mean))
  if ((numbers[READINGS] as number) % SHAPE_EVERY_READINGS === 0) offer(numbers, shapes, pace)
  return distance
}

/** After a gap: the readings before it belong to no shape of those after. */
export function forgetReadings({ numbers }: Detector): void {
  numbers[RING_COUNT] = 0
}

/**
 * The smallest squared distance to a kept shape. Two shapes are at least sqrt(6) times as far apart as their means, and the means are in
 * order: from the nearest mean outwards, it ends where no shape further out can be nearer.
 */
function nearestSquared(shapes: Float32Array, kept: number, mean: number): number {
  let right = placeOf(shapes, kept, mean)
  let left = right - 1
  let best = Infinity
  for (;;) {
    const up = right < kept ? (shapes[KEPT_MEANS + right] as number) - mean : Infinity
    const down = left >= 0 ? mean - (shapes[KEPT_MEANS + left] as number) : Infinity
    const gap = Math.min(up, down)
    if (SHAPE_POINTS * gap * gap >= best) return best
    const first = KEPT_POINTS + SHAPE_POINTS * (up <= down ? right++ : left--)
    let sum = 0
    for (let point = 0; point < SHAPE_POINTS; point++) {
      const difference = (current[point] as number) - (shapes[first + point] as number)
      sum += difference * difference
    }
    if (sum < best) best = sum
  }
}

/** The place of the first kept mean that is not below. */
function placeOf(shapes: Float32Array, kept: number, mean: number): number {
  let low = 0
  let high = kept
  while (low < high) {
    const middle = (low + high) >> 1
    if ((shapes[KEPT_MEANS + middle] as number) < mean) low = middle + 1
    else high = middle
  }
  return low
}

/** The shape that waited goes to the reservoir, and the current one waits: at once, it would be the nearest to its own next readings. */
function offer(numbers: Float64Array, shapes: Float32Array, pace: number): void {
  if (numbers[PENDING] === 1) takeIn(numbers, shapes, pace)
  for (let point = 0; point < SHAPE_POINTS; point++) shapes[PENDING_POINTS + point] = current[point] as number
  numbers[PENDING] = 1
}

function takeIn(numbers: Float64Array, shapes: Float32Array, pace: number): void {
  const offered = Math.min(Math.max(SHAPES, RESERVOIR_MEMORY / pace), (numbers[SHAPES_OFFERED] as number) + 1)
  numbers[SHAPES_OFFERED] = offered
  let kept = numbers[SHAPES_KEPT] as number
  if (kept === SHAPES) {
    const chosen = Math.floor(nextRandom(numbers) * offered)
    if (chosen >= SHAPES) return
    move(shapes, chosen + 1, chosen, kept - chosen - 1)
    kept--
  }
  let mean = 0
  for (let point = 0; point < SHAPE_POINTS; point++) mean += (shapes[PENDING_POINTS + point] as number) / SHAPE_POINTS
  const place = placeOf(shapes, kept, mean)
  move(shapes, place, place + 1, kept - place)
  shapes[KEPT_MEANS + place] = mean
  shapes.copyWithin(KEPT_POINTS + SHAPE_POINTS * place, PENDING_POINTS, PENDING_POINTS + SHAPE_POINTS)
  numbers[SHAPES_KEPT] = kept + 1
}

function move(shapes: Float32Array, from: number, to: number, count: number): void {
  shapes.copyWithin(KEPT_MEANS + to, KEPT_MEANS + from, KEPT_MEANS + from + count)
  shapes.copyWithin(KEPT_POINTS + SHAPE_POINTS * to, KEPT_POINTS + SHAPE_POINTS * from, KEPT_POINTS + SHAPE_POINTS * (from + count))
}

/** 0 to 1, from a linear congruential generator in the record: the same readings keep the same shapes. */
function nextRandom(numbers: Float64Array): number {
  const next = (Math.imul(numbers[RANDOM] as number, 1_664_525) + 1_013_904_223) >>> 0
  numbers[RANDOM] = next
  return next / 2 ** 32
}
