import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ScopedOverride } from '../../../src/alarm/settings-table.ts'
import type { AlarmRule } from '../../../src/contract/alarm.ts'
import { limitsOf } from '../../../src/monitoring/sensor-limits.ts'

const SENSOR = {
  sensorKey: 1, sensorId: 'T-1', sensorType: 'temperature', machineId: 'M-1', warning: 31, critical: 41, intervalMs: null, replacedMs: null,
}
const set = (rule: AlarmRule, override: ScopedOverride['override']): ScopedOverride => ({ sensorType: null, sensorKey: 1, rule, override })

test('a rule\'s limit holds while the rule is enabled, else the threshold', () => {
  const limits = (enabled: boolean): unknown => limitsOf(SENSOR, [
    set('critical_threshold_violation', { enabled, limit: 45 }), set('warning_threshold_violation', { enabled, limit: 35 }),
    set('low_threshold_violation', { enabled, limit: 10 }), set('critical_low_threshold_violation', { enabled, limit: 5 }),
  ])
  assert.deepEqual(limits(true), { critical: 45, warning: 35, low: 10, critical_low: 5 })
  assert.deepEqual(limits(false), { critical: 41, warning: 31, low: null, critical_low: null })
})

test('where no rule has a limit of its own, the thresholds hold', () => {
  assert.deepEqual(limitsOf(SENSOR, []), { critical: 41, warning: 31, low: null, critical_low: null })
})
