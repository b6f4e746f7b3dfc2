import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { emptyResult, isWarmingUp, scoreReading, warmUpProgress } from '../../../../src/detect/learned/score-reading.ts'
import { ALERT_THRESHOLD, WARM_UP_READINGS } from '../../../../src/detect/learned/settings.ts'
import { NEWEST_US, createDetector } from '../../../../src/detect/learned/state.ts'
import { MINUTE_US, PER_DAY, START_US, dailySine, random, scoresOf, timesOf } from './series.ts'

const MODES = ['full', 'lite'] as const

function alertsOf(scores: readonly number[], from = 0): number[] {
  return scores.flatMap((score, index) => (index >= from && score >= ALERT_THRESHOLD ? [index] : []))
}

for (const mode of MODES) {
  describe(`the ${mode} detector`, () => {
    test('is silent while it warms up, whatever comes', () => {
      const detector = createDetector(mode)
      const result = emptyResult()
      const values = dailySine(1, (value, index) => (index === WARM_UP_READINGS - 5 ? 1000 : value))
      for (let index = 0; index < WARM_UP_READINGS; index++) {
        assert.equal(isWarmingUp(detector), true)
        assert.equal(warmUpProgress(detector), index / WARM_UP_READINGS)
        assert.equal(scoreReading(detector, START_US + index * MINUTE_US, values[index] as number, result), 0)
      }
      assert.equal(isWarmingUp(detector), false)
      assert.equal(warmUpProgress(detector), 1)
    })

    test('says little of a month that is as usual', () => {
      for (const seed of [1, 2, 3]) assert.ok(alertsOf(scoresOf(dailySine(30, undefined, seed), undefined, mode)).length <= 4)
    })

    test('finds a spike at once, although the day\'s peak is as high', () => {
      // 50 at a time of day when 40 is usual; noon has 60.
      const at = 7 * PER_DAY + 216
      const scores = scoresOf(dailySine(8, (value, index) => (index === at ? value + 13 : value)), undefined, mode)
      assert.ok((scores[at] as number) >= ALERT_THRESHOLD, String(scores[at]))
    })

    test('finds a drift before it is as large as the day\'s swing', () => {
      const from = 10 * PER_DAY
      const scores = scoresOf(dailySine(13, (value, index) => value + Math.max(0, index - from) * 10 / PER_DAY), undefined, mode)
      const first = alertsOf(scores, from)[0] ?? Infinity
      assert.ok(first < from + 2 * PER_DAY, `${(first - from) / PER_DAY} days`)
    })

    test('adapts to a lasting change of level: it alerts, then it is quiet', () => {
      const from = 6 * PER_DAY
      const scores = scoresOf(dailySine(20, (value, index) => value + (index >= from ? 40 : 0)), undefined, mode)
      assert.ok(alertsOf(scores, from).includes(from))
      assert.ok(alertsOf(scores, from).filter((index) => index > from + 5 * PER_DAY).length <= 3)
      assert.ok(alertsOf(scores, from).filter((index) => index < from + PER_DAY).length <= 4, 'one event is not an alert a reading')
    })

    test('finds a sensor that is stuck, at a value that is usual', () => {
      const from = 6 * PER_DAY + 20
      let stuck = 0
      const values = dailySine(8, (value, index) => {
        if (index === from) stuck = value
        return index >= from ? stuck : value
      })
      const first = alertsOf(scoresOf(values, undefined, mode), from)[0] ?? Infinity
      assert.ok(first < from + PER_DAY / 2, `${first - from} readings`)
    })

    test('knows how long a sensor stands still when it works', () => {
      // On and off in turn, 200 readings each, and then off for good.
      const values = Array.from({ length: 4000 }, (_, index) => (index < 3000 && Math.floor(index / 200) % 2 === 0 ? 5 : 0))
      const alerts = alertsOf(scoresOf(values, undefined, mode), 2700)
      assert.deepEqual(alerts.map((index) => index >= 3500 && index < 3700), [true], String(alerts))
    })

    test('makes nothing of a gap: what is a jump in 5 minutes is none in 12 hours', () => {
      const values = dailySine(12)
      const from = 8 * PER_DAY - 72
      // From the day's lowest to its highest.
      const cut = [...values.slice(0, from), ...values.slice(from + 144)]
      const times = timesOf(values.length)
      const jump = scoresOf(cut, times.slice(0, cut.length), mode)
      assert.ok(alertsOf(jump.slice(0, from + 5), from).length > 0)
      const gap = scoresOf(cut, [...times.slice(0, from), ...times.slice(from + 144)], mode)
      assert.deepEqual(alertsOf(gap.slice(0, from + 12), from), [])
    })

    test('forgets by the clock where readings are fast: an hour of a sensor read each second doesn\'t follow the last minute', () => {
      const count = 30 * 3600
      const next = random(4)
      const timesUs = timesOf(count, 1_000_000)
      // The second day's first hour brings 5 more, slowly.
      const values = timesUs.map((_, index) => 50 + next() + (index < 24 * 3600 ? 0 : Math.min(5, (index - 24 * 3600) / 600)))
      const detector = createDetector(mode)
      const result = emptyResult()
      const alerts: number[] = []
      for (const [index, value] of values.entries()) {
        if (scoreReading(detector, timesUs[index] as number, value, result) >= ALERT_THRESHOLD) alerts.push(index)
        if (index === 25 * 3600 - 1) assert.ok(result.expected < 52.5, String(result.expected))
      }
      assert.ok(alerts.some((index) => index >= 24 * 3600 && index < 25 * 3600))
      assert.ok(alerts.filter((index) => index > 2 * 3600 && index < 24 * 3600).length <= 4, 'by readings it was 37')
    })

    test('scores late and repeated readings, and learns no hours from them', () => {
      const values = dailySine(9)
      const times = timesOf(values.length)
      const detector = createDetector(mode)
      const result = emptyResult()
      for (const [index, value] of values.entries()) scoreReading(detector, times[index] as number, value, result)
      const before = scoreOnCopy(detector, START_US + 9 * PER_DAY * 5 * MINUTE_US)
      assert.ok(scoreReading(detector, START_US + 20 * MINUTE_US, 200, result) >= ALERT_THRESHOLD, 'an old reading is judged too')
      for (let repeat = 0; repeat < 20; repeat++) scoreReading(detector, times.at(-1) as number, 50, result)
      assert.equal(scoreOnCopy(detector, START_US + 9 * PER_DAY * 5 * MINUTE_US), before)
    })

    test('goes on after one reading from the future, and after a clock that was set back', () => {
      const values = dailySine(12)
      const times = timesOf(values.length)
      times[6 * PER_DAY] = START_US + 10_000 * PER_DAY * 5 * MINUTE_US
      const at = 9 * PER_DAY + 216
      values[at] = (values[at] as number) + 15
      assert.ok(alertsOf(scoresOf(values, times, mode)).includes(at))
      const detector = createDetector(mode)
      for (const [index, value] of values.entries()) scoreReading(detector, times[index] as number, value, emptyResult())
      assert.equal(detector.numbers[NEWEST_US], times.at(-1))
    })

    test('scores any finite value from 0 to 1', () => {
      const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, -0, 5e-324, -5e-324, 1e308, -1e308, Number.MAX_VALUE, 1, 1, 1))
      const step = fc.oneof(fc.constantFrom(1_000_000, 1_000_000, 1_000_000, 0, -5_000_000, 86_400_000_000), fc.integer({ min: -1e9, max: 1e9 }))
      fc.assert(fc.property(fc.array(fc.tuple(value, step), { minLength: 400, maxLength: 600 }), (readings) => {
        const detector = createDetector(mode)
        const result = emptyResult()
        let timeUs = START_US
        for (const [x, stepUs] of readings) {
          timeUs += stepUs
          const score = scoreReading(detector, timeUs, x, result)
          assert.ok(score >= 0 && score <= 1, String(score))
          assert.ok(Number.isFinite(result.strength) && Number.isFinite(result.expected))
          assert.ok(detector.numbers.every((number) => Number.isFinite(number)), 'all that is kept is finite')
          assert.ok(detector.shapes.every((number) => Number.isFinite(number)))
        }
      }), { numRuns: 30 })
    })

    test('scores the first move of a series that never moved', () => {
      for (const constant of [0, 20, -1e-300, 1e15]) {
        const values = Array.from({ length: 600 }, (_, index) => (index === 500 ? constant + Math.max(1, Math.abs(constant) / 100) : constant))
        assert.deepEqual(alertsOf(scoresOf(values, undefined, mode)), [500], String(constant))
      }
    })
  })
}

test('the expected value is that of the hour, once it has been seen, and most readings are within the band', () => {
  const detector = createDetector('full')
  const result = emptyResult()
  const values = dailySine(20)
  let outside = 0
  for (const [index, value] of values.entries()) {
    scoreReading(detector, START_US + index * 5 * MINUTE_US, value, result)
    if (index === 100) assert.equal(result.byHour, false)
    if (index < 10 * PER_DAY) continue
    assert.equal(result.byHour, true)
    assert.ok(Math.abs(result.expected - (50 + 10 * Math.sin(2 * Math.PI * index / PER_DAY))) < 4)
    if (value < result.bandLow || value > result.bandHigh) outside++
  }
  assert.ok(outside < values.length / 200, String(outside))
})

/** What would be expected at a time; the detector itself stays as it is. */
function scoreOnCopy(detector: ReturnType<typeof createDetector>, timeUs: number): number {
  const copy = createDetector(detector.shapes.length > 0 ? 'full' : 'lite')
  copy.numbers.set(detector.numbers)
  copy.shapes.set(detector.shapes)
  const result = emptyResult()
  scoreReading(copy, timeUs, 50, result)
  return result.expected
}
