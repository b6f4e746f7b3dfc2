import assert from 'node:assert/strict'
import { test } from 'node:test'
import { READINGS_PER_POINT, SHAPES, SHAPES_NEEDED, SHAPE_EVERY_READINGS, SHAPE_POINTS } from '../../../../src/detect/learned/settings.ts'
import { shapeDistance } from '../../../../src/detect/learned/shapes.ts'
import { KEPT_MEANS, KEPT_POINTS, ORIGIN, READINGS, SHAPES_KEPT, SHAPE_READINGS, createDetector } from '../../../../src/detect/learned/state.ts'
import type { Detector } from '../../../../src/detect/learned/state.ts'
import { random } from './series.ts'

function feed(detector: Detector, values: readonly number[]): number[] {
  return values.map((value) => {
    detector.numbers[READINGS] = (detector.numbers[READINGS] as number) + 1
    return shapeDistance(detector, value, 1)
  })
}

/** Each kept shape compared with the last readings, point by point. */
function distanceByHand({ numbers, shapes }: Detector, last: readonly number[]): number {
  const points = Array.from({ length: SHAPE_POINTS }, (_, point) => (
    last.slice(point * READINGS_PER_POINT, (point + 1) * READINGS_PER_POINT).reduce((sum, value) => sum + value - (numbers[ORIGIN] as number), 0) / READINGS_PER_POINT))
  const kept = numbers[SHAPES_KEPT] as number
  return Math.min(...Array.from({ length: kept }, (_, shape) => Math.hypot(...points.map((value, point) => (
    value - (shapes[KEPT_POINTS + SHAPE_POINTS * shape + point] as number))))))
}

test('the nearest shape is the nearest of all, and the shapes stay in the order of their means', () => {
  const next = random(1)
  const values = Array.from({ length: 6000 }, (_, index) => 1000 + 5 * Math.sin(index / 30) + 3 * next() + (index % 700 < 30 ? 4 : 0))
  const detector = createDetector('full')
  for (let index = 0; index < values.length; index++) {
    const before = { numbers: detector.numbers.slice(), shapes: detector.shapes.slice() }
    const [distance = 0] = feed(detector, values.slice(index, index + 1))
    if (distance < 0) continue
    // A reading may change what is kept after it was compared.
    const byHand = distanceByHand(before, values.slice(index + 1 - SHAPE_READINGS, index + 1))
    assert.ok(Math.abs(distance - byHand) < 1e-4, `reading ${index}: ${distance}, by hand ${byHand}`)
  }
  assert.equal(detector.numbers[SHAPES_KEPT], SHAPES)
  const means = detector.shapes.subarray(KEPT_MEANS, KEPT_MEANS + SHAPES)
  assert.ok(means.every((mean, index) => index === 0 || mean >= (means[index - 1] as number)))
})

test('nothing is said until enough shapes are kept, and a shape is not compared with its own beginning', () => {
  const detector = createDetector('full')
  const values = Array.from({ length: 2000 }, (_, index) => index * index)
  // The first whole shape is the 24th reading's; the next one that is offered takes it in.
  const distances = feed(detector, values.slice(0, 3 * SHAPE_EVERY_READINGS - 1))
  assert.equal(detector.numbers[SHAPES_KEPT], 0)
  distances.push(...feed(detector, values.slice(3 * SHAPE_EVERY_READINGS - 1)))
  const first = distances.findIndex((distance) => distance >= 0)
  assert.ok(first > SHAPES_NEEDED * SHAPE_EVERY_READINGS)
  // A curve that always goes on rising is always new: a shape taken in at once would be half of a step away.
  assert.ok(distances.slice(first).every((distance, index) => distance > 2 * (first + index) * SHAPE_EVERY_READINGS))
})

test('a full detector finds a shape of which only the shape is unusual', () => {
  const next = random(5)
  const wave = (index: number): number => Math.sin(2 * Math.PI * index / 40)
  const distances = feed(createDetector('full'), Array.from({ length: 2880 }, (_, index) => (
    50 + next() + 10 * (index > 2400 && index < 2480 ? wave(index) : Math.sign(wave(index))))))
  const usual = Math.max(...distances.slice(1700, 2400))
  assert.ok(Math.max(...distances.slice(2400, 2480)) > 1.2 * usual)
})
