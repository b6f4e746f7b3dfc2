import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { emptyResult, scoreReading } from '../../../../src/detect/learned/score-reading.ts'
import { RECORD_BYTES, createDetector, detectorAt, reset, restoreDetector, saveDetector } from '../../../../src/detect/learned/state.ts'
import { dailySine, random, scoresOf, timesOf } from './series.ts'

const MODES = ['full', 'lite'] as const

/** Two weeks with what happens: spikes, gaps, readings that repeat or come late. */
function roughSeries(seed: number): { values: number[], times: number[] } {
  const next = random(seed)
  const values = dailySine(14, (value) => (next() < 0.01 ? value + 40 * (next() - 0.5) : value), seed)
  let gapUs = 0
  const times = timesOf(values.length).map((timeUs) => {
    const draw = next()
    if (draw < 0.002) gapUs += 7_200_000_000
    return timeUs + gapUs - (draw > 0.99 ? 1_200_000_000 : 0)
  })
  return { values, times }
}

for (const mode of MODES) {
  test(`a ${mode} detector saved and restored at any reading gives the same scores, bit by bit`, () => {
    fc.assert(fc.property(fc.integer(), fc.array(fc.integer({ min: 0, max: 4000 }), { minLength: 1, maxLength: 5 }), (seed, cuts) => {
      const { values, times } = roughSeries(seed)
      const whole = scoresOf(values, times, mode)
      assert.ok(whole.some((score) => score > 0))
      let detector = createDetector(mode)
      const result = emptyResult()
      for (const [index, value] of values.entries()) {
        if (cuts.includes(index)) detector = restoreDetector(saveDetector(detector), mode)
        assert.ok(Object.is(scoreReading(detector, times[index] as number, value, result), whole[index]), `reading ${index}`)
      }
    }), { numRuns: 12 })
  })

  test(`the ${mode} scores of the first readings are those of the series cut there`, () => {
    fc.assert(fc.property(fc.integer(), fc.integer({ min: 0, max: 4000 }), (seed, count) => {
      const { values, times } = roughSeries(seed)
      assert.deepEqual(scoresOf(values.slice(0, count), times.slice(0, count), mode), scoresOf(values, times, mode).slice(0, count))
    }), { numRuns: 12 })
  })

  test(`${mode} detectors in one slab don't touch each other`, () => {
    const slab = new ArrayBuffer(3 * RECORD_BYTES[mode])
    const detectors = [0, 1, 2].map((index) => detectorAt(slab, index * RECORD_BYTES[mode], mode))
    for (const detector of detectors) reset(detector, 0)
    const series = [1, 2, 3].map(roughSeries)
    const result = emptyResult()
    const scores = detectors.map(() => [] as number[])
    for (let index = 0; index < 4000; index++) {
      for (const [sensor, detector] of detectors.entries()) {
        const { values, times } = series[sensor] as typeof series[number]
        scores[sensor]?.push(scoreReading(detector, times[index] as number, values[index] as number, result))
      }
    }
    for (const [sensor, { values, times }] of series.entries()) {
      assert.deepEqual(scores[sensor], scoresOf(values.slice(0, 4000), times.slice(0, 4000), mode))
    }
  })
}

test('a record takes at most 5 KiB, a lite one 2 KiB', () => {
  assert.deepEqual(RECORD_BYTES, { full: 4856, lite: 1872 })
})

test('what was saved stays as it was', () => {
  const detector = createDetector('full')
  const result = emptyResult()
  for (const [index, timeUs] of timesOf(500).entries()) scoreReading(detector, timeUs, index % 7, result)
  const saved = saveDetector(detector)
  const before = saved.slice()
  const restored = restoreDetector(saved, 'full')
  for (const one of [detector, restored]) scoreReading(one, timesOf(501)[500] as number, 100, result)
  assert.deepEqual(saved, before)
})

test('a record of another size, mode or format is refused', () => {
  const saved = saveDetector(createDetector('full'))
  assert.throws(() => restoreDetector(saved, 'lite'), /1872 bytes, not 4856/)
  assert.throws(() => restoreDetector(saved.subarray(8), 'full'), RangeError)
  new DataView(saved.buffer).setFloat64(0, 99, true)
  assert.throws(() => restoreDetector(saved, 'full'), /format 99; this release reads 2/)
})

test('hours are those of the offset from UTC', () => {
  // Half an hour of offset moves the border between two hours: the steps of a signal that changes at half past are learned as they are.
  const values = Array.from({ length: 8 * 288 }, (_, index) => (Math.floor((index + 6) / 12) % 2 === 0 ? 10 : 20))
  const spread = [0, 30].map((offsetMin) => {
    const detector = createDetector('full', offsetMin)
    const result = emptyResult()
    let sum = 0
    for (const [index, timeUs] of timesOf(values.length).entries()) {
      scoreReading(detector, timeUs, values[index] as number, result)
      if (index >= 4 * 288) sum += Math.abs((values[index] as number) - result.expected)
    }
    return sum / (4 * 288)
  })
  assert.ok((spread[0] as number) > 3 && (spread[1] as number) < 0.5, String(spread))
})
