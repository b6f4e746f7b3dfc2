import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SENSOR_TYPES, SENSOR_TYPE_NAMES, alertLevelOf } from '../../../src/contract/sensor-types.ts'
import type { SensorTypeSettings } from '../../../src/contract/sensor-types.ts'

test('the five types have the figures that existing programs know', () => {
  const table = SENSOR_TYPE_NAMES.map((name) => {
    const { unit, base, warning, critical, samplingIntervalS, plausible, rules } = SENSOR_TYPES[name]
    return [name, unit, base, warning, critical, samplingIntervalS, ...plausible, rules.consecutiveHigh, rules.rapidChange, rules.baselineDeviation]
  })
  assert.deepEqual(table, [
    ['temperature', '°C', 25, 35, 40, 3, 15, 45, 3, 10, 15],
    ['vibration', 'mm/s', 2, 5, 7, 4, 0.5, 8, 2, 3, 2],
    ['energy', 'kW', 100, 150, 180, 10, 50, 200, 3, 50, 40],
    ['humidity', '%', 45, 60, 65, 5, 30, 70, 4, 15, 20],
    ['pressure', 'hPa', 1013.25, 1040, 1045, 5, 980, 1050, 3, 20, 30],
  ])
})

describe('every entry makes sense', () => {
  for (const [name, settings] of Object.entries(SENSOR_TYPES) as [string, SensorTypeSettings][]) {
    test(name, () => {
      const [low, high] = settings.plausible
      assert.match(name, /^[a-z][a-z0-9_]*$/, 'the name becomes part of an environment variable')
      assert.ok(low < settings.base && settings.base < settings.warning, 'a healthy signal is below the warning threshold')
      assert.ok(settings.warning < settings.critical && settings.critical < high, 'both thresholds can be reached')
      assert.ok(settings.samplingIntervalS > 0)
      assert.ok(Number.isInteger(settings.rules.consecutiveHigh) && settings.rules.consecutiveHigh >= 2)
      assert.ok(settings.rules.rapidChange > 0 && settings.rules.baselineDeviation > 0)
    })
  }
})

test('a threshold itself already counts', () => {
  const thresholds = { warning: 35, critical: 40 }
  const levels = [-1e9, 34.999, 35, 39.999, 40, 1e9].map((value) => alertLevelOf(value, thresholds))
  assert.deepEqual(levels, ['normal', 'normal', 'warning', 'warning', 'critical', 'critical'])
})

test('with thresholds the wrong way round, critical goes first', () => {
  assert.equal(alertLevelOf(10, { warning: 20, critical: 5 }), 'critical')
})
