import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defaultSettings, resolveSettings } from '../../../src/alarm/alarm-rules.ts'
import type { AlarmSettings } from '../../../src/alarm/alarm-rules.ts'
import { emptySignal, signalOf } from '../../../src/alarm/process-signal.ts'
import type { AlarmRule } from '../../../src/contract/alarm.ts'
import type { AlertLevel } from '../../../src/contract/sensor-types.ts'

const THRESHOLDS = { warning: 35, critical: 40 }

function judge(rule: AlarmRule, value: number, level: AlertLevel, settings: AlarmSettings, fired = false) {
  const signal = emptySignal()
  signalOf(signal, rule, { timeUs: 7, offset: 3, value, level }, fired, settings, THRESHOLDS)
  return { over: signal.over, clear: signal.clear, severity: signal.severity, excess: signal.excess }
}

describe('what a reading says of a rule', () => {
  test('is the level it came with for the critical rule, and clear below the threshold by the deadband', () => {
    const settings = defaultSettings('temperature', 'critical_threshold_violation')
    assert.deepEqual(judge('critical_threshold_violation', 38, 'critical', settings), { over: true, clear: false, severity: 2, excess: -2 })
    assert.equal(judge('critical_threshold_violation', 39.8, 'warning', settings).clear, false)
    assert.equal(judge('critical_threshold_violation', 39.6, 'warning', settings).clear, true)
  })

  test('goes by a limit that was set', () => {
    const settings = resolveSettings('temperature', 'critical_threshold_violation', { limit: 42 })
    assert.equal(judge('critical_threshold_violation', 41, 'critical', settings).over, false)
    assert.equal(judge('critical_threshold_violation', 42, 'critical', settings).over, true)
    const low = resolveSettings('temperature', 'low_threshold_violation', { limit: 5, deadband: 1 })
    assert.deepEqual(judge('low_threshold_violation', 4, 'normal', low), { over: true, clear: false, severity: 0, excess: 1 })
    assert.equal(judge('low_threshold_violation', 6.5, 'normal', low).clear, true)
  })

  test('is nothing for a low limit that nobody set, and the warning threshold for the warning rule', () => {
    assert.deepEqual(judge('low_threshold_violation', -99, 'normal', defaultSettings('temperature', 'low_threshold_violation')),
      { over: false, clear: true, severity: 0, excess: 0 })
    assert.equal(judge('warning_threshold_violation', 35, 'warning', defaultSettings('temperature', 'warning_threshold_violation')).over, true)
  })

  test('is what the detector says for a rule that compares readings, as severe as it was set', () => {
    const settings = defaultSettings('temperature', 'rapid_value_change')
    assert.deepEqual(judge('rapid_value_change', 30, 'normal', settings, true), { over: true, clear: false, severity: 1, excess: 30 })
    assert.equal(judge('rapid_value_change', 30, 'normal', { ...settings, priority: 'low' }, true).severity, 0)
    assert.deepEqual(judge('rapid_value_change', 30, 'normal', settings), { over: false, clear: true, severity: 1, excess: 30 })
  })
})
