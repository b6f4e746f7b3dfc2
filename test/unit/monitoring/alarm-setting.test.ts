import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkSetting, overrideOf, sameOverride } from '../../../src/monitoring/alarm-setting.ts'
import type { KnownScope } from '../../../src/monitoring/alarm-setting.ts'
import type { AlarmSettingRow } from '../../../src/postgres/alarm-settings.ts'

const TYPE: KnownScope = { sensorType: 'temperature', sensorKey: null, type: 'temperature', warning: 35, critical: 40 }
const SENSOR: KnownScope = { ...TYPE, sensorType: null, sensorKey: 7 }

function row(scope: KnownScope, limit: number): AlarmSettingRow {
  return {
    settingId: 1, sensorType: scope.sensorType, sensorKey: scope.sensorKey, sensorId: null, rule: 'low_threshold_violation',
    override: { limit, enabled: true }, changedBy: 'anna', reason: 'x', changedAt: new Date(0), restores: null,
  }
}

describe('a setting', () => {
  test('holds what was named, and is the same as one that says nothing else', () => {
    const override = overrideOf({ limit: 42, on_delay_ms: 0 })
    assert.deepEqual(override, { limit: 42, onDelayMs: 0 })
    assert.equal(sameOverride(override, { limit: 42, onDelayMs: 0, latch: null }), true)
    assert.equal(sameOverride(override, { limit: 42 }), false)
    assert.equal(sameOverride(override, { limit: 42, onDelayMs: 0, latch: false }), false)
  })

  test('is checked with what else is set for the type, and for the sensor', () => {
    assert.equal(checkSetting(TYPE, 'critical_low_threshold_violation', { limit: 10 }, []), null)
    assert.match(checkSetting(TYPE, 'critical_low_threshold_violation', { limit: 10 }, [row(TYPE, 5)]) ?? '', /must not be above/)
    assert.match(checkSetting(SENSOR, 'critical_low_threshold_violation', { limit: 10 }, [row(TYPE, 5)]) ?? '', /must not be above/)
    assert.equal(checkSetting(SENSOR, 'critical_low_threshold_violation', { limit: 10 }, [row(TYPE, 5), row(SENSOR, 12)]), null)
    assert.equal(checkSetting(TYPE, 'critical_low_threshold_violation', { limit: 10 }, [row(SENSOR, 5)]), null, 'the sensor is another scope')
    assert.equal(checkSetting(TYPE, 'low_threshold_violation', { limit: 12 }, [row(TYPE, 36)]), null, 'it takes the place of what was set')
  })
})
