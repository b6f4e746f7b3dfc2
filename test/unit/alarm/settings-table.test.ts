import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultSettings } from '../../../src/alarm/alarm-rules.ts'
import { settingsTable } from '../../../src/alarm/settings-table.ts'

test('a rule of a sensor has the defaults, what is set for its type, and what is set for itself', () => {
  const rule = 'rapid_value_change'
  const of = settingsTable([
    { sensorType: 'vibration', sensorKey: null, rule, override: { onDelayMs: 5_000, latch: true } },
    { sensorType: null, sensorKey: 7, rule, override: { onDelayMs: 9_000 } },
  ])
  const defaults = defaultSettings('vibration', rule)
  assert.deepEqual(of('vibration', 1, rule), { ...defaults, onDelayMs: 5_000, latch: true })
  assert.deepEqual(of('vibration', 7, rule), { ...defaults, onDelayMs: 9_000, latch: true })
  assert.deepEqual(of('vibration', 7, 'baseline_deviation'), defaultSettings('vibration', 'baseline_deviation'))
  assert.deepEqual(of('pressure', 7, rule), { ...defaultSettings('pressure', rule), onDelayMs: 9_000 })
  assert.equal(of('vibration', 1, rule), of('vibration', null, rule), 'sensors share what is the same')
})
