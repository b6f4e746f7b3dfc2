import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { calendarSettings } from '../../../src/calendar/calendar-file.ts'
import { createCalendar } from '../../../src/calendar/calendar.ts'
import { SENSOR_TYPES, SENSOR_TYPE_NAMES, alertLevelOf } from '../../../src/contract/sensor-types.ts'
import type { AlertLevel, SensorType, SensorTypeSettings } from '../../../src/contract/sensor-types.ts'
import { fieldOf } from '../../../src/runtime/checked-fields.ts'
import { createRandom, randomState } from '../../../src/sensor/random.ts'
import { createSignal, signalOf } from '../../../src/sensor/signal.ts'

const START_MS = Date.UTC(2026, 10, 24)
const HOUR_MS = 3_600_000

interface Point {
  readonly timeMs: number
  readonly value: number
  readonly quality: number
  readonly level: AlertLevel
}

function sample(type: SensorType, count: number, stepMs: number, seed = '1', sensorId = `${type}-1`): Point[] {
  const signal = createSignal({ type, seed, sensorId })
  return Array.from({ length: count }, (_, index) => {
    const timeMs = START_MS + index * stepMs
    const { value, quality } = signal.next(timeMs)
    return { timeMs, value, quality, level: alertLevelOf(value, SENSOR_TYPES[type]) }
  })
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

for (const type of SENSOR_TYPE_NAMES) {
  const settings: SensorTypeSettings = SENSOR_TYPES[type]
  describe(type, () => {
    const points = sample(type, 400_000, 1000)
    const shareOf = (level: AlertLevel): number => points.filter((point) => point.level === level).length / points.length

    // The standard deviation of these shares is 0.0015 for 400,000 readings in episodes; the bounds are four of it.
    test('15 % of the readings are at warning, 5 % at critical', () => {
      assert.ok(Math.abs(shareOf('warning') - 0.15) < 0.006, `warning ${shareOf('warning')}`)
      assert.ok(Math.abs(shareOf('critical') - 0.05) < 0.003, `critical ${shareOf('critical')}`)
    })

    test('every value is plausible, and every quality between 0 and 1 and mostly 1', () => {
      const [low, high] = settings.plausible
      assert.deepEqual(points.filter((point) => !(point.value >= low && point.value <= high)), [])
      assert.deepEqual(points.filter((point) => !(point.quality >= 0.8 && point.quality <= 1)), [])
      const perfect = points.filter((point) => point.quality === 1).length / points.length
      assert.ok(Math.abs(perfect - 0.98) < 0.002, `quality 1: ${perfect}`)
    })

    test('episodes are short', () => {
      const episodes = points.filter((point, index) => point.level !== 'normal' && points[index - 1]?.level === 'normal').length
      const alerts = points.filter((point) => point.level !== 'normal').length
      assert.ok(alerts / episodes > 3 && alerts / episodes < 8, `${alerts / episodes} readings an episode`)
    })

    test('a healthy signal has the base as its mean and a correlated noise', () => {
      const year = sample(type, 200_000, 157_000)
      const healthy = year.filter((point) => point.level === 'normal').map((point) => point.value)
      const reach = Math.min(settings.warning - settings.base, settings.base - settings.plausible[0])
      assert.ok(Math.abs(mean(healthy) - settings.base) < 0.06 * reach, `mean ${mean(healthy)}`)

      // Over an hour the cycles stand nearly still, so what varies is the noise.
      const hour = sample(type, 3_600, 1000).filter((point) => point.level === 'normal').map((point) => point.value)
      const centre = mean(hour)
      const covariance = (lag: number): number => mean(hour.slice(lag).map((value, index) => (value - centre) * ((hour[index] as number) - centre)))
      const correlation = covariance(1) / covariance(0)
      assert.ok(correlation > 0.8 && correlation < 0.97, `correlation of neighbours ${correlation}`)
    })

    test('it is higher at 15 o\'clock than at 3, and higher in a shift\'s middle than at its change', () => {
      const week = sample(type, 7 * 24 * 360, 10_000).filter((point) => point.level === 'normal')
      const around = (hour: number): number => mean(week
        .filter((point) => Math.abs(((point.timeMs / HOUR_MS) % 24) - hour) < 0.5).map((point) => point.value))
      const reach = Math.min(settings.warning - settings.base, settings.base - settings.plausible[0])
      assert.ok(around(15) - around(3) > 0.4 * reach, `15 o'clock ${around(15)}, 3 o'clock ${around(3)}`)
      // Shifts change at 6, 14 and 22; over three hours that are 8 apart the daily cycle adds up to nearly nothing.
      const middle = (around(2) + around(10) + around(18)) / 3
      const change = (around(6) + around(14) + around(22)) / 3
      assert.ok(middle - change > 0.1 * reach, `middle ${middle}, change ${change}`)
    })
  })
}

test('one seed, sensor and start give the same readings, bit for bit', () => {
  assert.deepEqual(sample('energy', 5_000, 10_000, '42', 'e-1'), sample('energy', 5_000, 10_000, '42', 'e-1'))
})

test('the first readings of a seed stay what they are from release to release', () => {
  const values = sample('temperature', 8, 3_000, '1', 'temp-sensor-001').map((point) => point.value)
  assert.deepEqual(values, [22.98, 23.37, 23.67, 23.53, 22.53, 22.65, 23.96, 24.31])
})

test('what rests is below what works, plausible, and reaches no limit; the noise goes on as if nothing were', () => {
  const calendar = createCalendar(calendarSettings(fieldOf('calendar.yaml', {
    shifts: [{ name: 'day', from: '06:00', to: '18:00' }], maintenance: [{ name: 'clean', machines: ['m-1'], from: '2026-11-24T12:00', to: '2026-11-24T14:00' }],
  })))
  for (const type of SENSOR_TYPE_NAMES) {
    const { base, plausible: [low] } = SENSOR_TYPES[type]
    const plain = createSignal({ type, seed: '1', sensorId: 's' })
    const signal = createSignal({ type, seed: '1', sensorId: 's', work: { calendar, machineId: 'm-1' } })
    let [resting, same] = [0, 0]
    for (let timeMs = START_MS; timeMs < START_MS + 24 * HOUR_MS; timeMs += 5_000) {
      const { value } = signal.next(timeMs)
      const hour = (timeMs - START_MS) / HOUR_MS
      if (value === plain.next(timeMs).value) same++
      if (hour >= 6 && hour < 18 && !(hour >= 12 && hour < 14)) continue
      resting++
      assert.ok(value < base && value >= low, `${type} ${value} at ${hour}`)
    }
    assert.equal(resting, 14 * 720)
    assert.ok(same > 1_000, 'while it works warnings and critical readings are the same')
  }
})

test('another seed or sensor gives another signal', () => {
  const values = (seed: string, sensorId: string): string => sample('energy', 100, 10_000, seed, sensorId).map((point) => point.value).join()
  assert.equal(new Set([values('1', 'e-1'), values('2', 'e-1'), values('1', 'e-2'), values('1e', '-1')]).size, 4)
})

test('settings of any new type give plausible values and the same shares', () => {
  const gap = fc.double({ min: 1e-3, max: 1e4, noNaN: true })
  fc.assert(fc.property(
    fc.tuple(fc.double({ min: -1e4, max: 1e4, noNaN: true }), gap, gap, gap, gap), fc.string(),
    ([low, toBase, toWarning, toCritical, toHigh], seed) => {
      const settings: SensorTypeSettings = {
        unit: 'x', samplingIntervalS: 1, rules: { consecutiveHigh: 3, rapidChange: 1, baselineDeviation: 1 },
        base: low + toBase, warning: low + toBase + toWarning, critical: low + toBase + toWarning + toCritical,
        plausible: [low, low + toBase + toWarning + toCritical + toHigh],
      }
      const signal = signalOf(settings, createRandom(randomState(seed)))
      const counts = { normal: 0, warning: 0, critical: 0 }
      for (let index = 0; index < 4_000; index++) {
        const { value } = signal.next(START_MS + index * 60_000)
        assert.ok(value >= low && value <= settings.plausible[1], `${value} is not plausible`)
        counts[alertLevelOf(value, settings)]++
      }
      // Wide bounds: 4,000 readings hold some 140 episodes only.
      assert.ok(counts.warning > 300 && counts.warning < 1_000, `${counts.warning} of 4,000 at warning`)
      assert.ok(counts.critical > 60 && counts.critical < 400, `${counts.critical} of 4,000 at critical`)
    }), { numRuns: 200 })
})

test('every entry of the table has the order that a signal needs', () => {
  for (const [type, { base, warning, critical, plausible: [low, high] }] of Object.entries(SENSOR_TYPES)) {
    assert.ok(low < base && base < warning && warning < critical && critical < high, type)
  }
})
