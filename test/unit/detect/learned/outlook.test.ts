import assert from 'node:assert/strict'
import { test } from 'node:test'
import { experienceOf, outlookOf } from '../../../../src/detect/learned/outlook.ts'
import { emptyResult, scoreReading } from '../../../../src/detect/learned/score-reading.ts'
import { createDetector } from '../../../../src/detect/learned/state.ts'

test('a sensor that reports often is believed after an hour, not after 180 readings', () => {
  const detector = createDetector('lite')
  const result = emptyResult()
  const scoreUntil = (from: number, to: number): void => {
    for (let index = from; index < to; index++) scoreReading(detector, Date.UTC(2026, 0, 1) * 1000 + index * 1_000_000, Math.sin(index), result)
  }
  scoreUntil(0, 1_800)
  assert.equal(experienceOf(detector), 0.5)
  scoreUntil(1_800, 3_600)
  assert.equal(experienceOf(detector), 1)
})

test('the outlook is what the next reading is compared with', () => {
  const detector = createDetector('full')
  assert.deepEqual(outlookOf(detector), { learned: 0, expected: null, bandLow: null, bandHigh: null, deviation: null })
  const result = emptyResult()
  const timeUs = (index: number): number => Date.UTC(2026, 0, 1) * 1000 + index * 60_000_000
  for (let index = 0; index < 90; index++) scoreReading(detector, timeUs(index), 20 + Math.sin(index), result)
  assert.equal(outlookOf(detector).learned, 0.5)
  for (let index = 90; index < 400; index++) scoreReading(detector, timeUs(index), 20 + Math.sin(index), result)
  const { learned, expected, bandLow, bandHigh } = outlookOf(detector)
  assert.equal(learned, 1)
  // The same hour.
  scoreReading(detector, timeUs(399) + 1, 20, result)
  assert.deepEqual([expected, bandLow, bandHigh], [result.expected, result.bandLow, result.bandHigh])
  assert.ok(bandLow !== null && bandLow < 20 && bandHigh !== null && bandHigh > 20)
})
