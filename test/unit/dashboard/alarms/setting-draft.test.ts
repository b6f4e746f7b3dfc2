import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AlarmSetting, AlarmSettingsAnswer } from '../../../../src/contract/alarm-api.ts'
import { ALARM_RULES } from '../../../../src/contract/alarm.ts'
import {
  draftOf, hasDeadband, hasLimit, limitLabel, scopeInWords, settingBody, settingInWords, settingOf, unitOf, whatIfBody, withSet,
} from '../../../../src/dashboard/alarms/setting-draft.ts'

const T = Date.parse('2026-11-24T10:00:00.000Z')
const given = (text: string): URLSearchParams => new URLSearchParams(text)

function set(change: Partial<AlarmSetting>): AlarmSetting {
  return {
    setting_id: 1, sensor_type: 'temperature', sensor_id: null, rule: 'critical_threshold_violation', enabled: null, priority: null, limit: 42, deadband: null,
    on_delay_ms: null, off_delay_ms: 90_000, re_alarm_ms: null, latch: null, changed_by: 'olga', reason: 'spring', changed_at: new Date(T).toISOString(),
    undo: false, ...change,
  }
}

const answer: AlarmSettingsAnswer = { types: [], set: [set({}), set({ sensor_type: null, sensor_id: 'temp-1', limit: null, enabled: false })] }

describe('the draft of a setting', () => {
  it('begins with a type, or with what the address asks for', () => {
    assert.deepEqual([draftOf(given('')).sensorType, draftOf(given('')).rule], ['temperature', 'critical_threshold_violation'])
    const asked = draftOf(given('sensor=temp-1&rule=rapid_value_change&off_delay_ms=1500'))
    assert.deepEqual([asked.sensorType, asked.sensor, asked.rule, asked.offDelayS, asked.onDelayS], ['', 'temp-1', 'rapid_value_change', '1.5', ''])
    const nonsense = draftOf(given('type=x&rule=y&on_delay_ms=soon'))
    assert.deepEqual([nonsense.sensorType, nonsense.rule, nonsense.onDelayS], ['temperature', 'critical_threshold_violation', ''])
  })

  it('has under it what is set there now, so that a proposed delay takes no limit away', () => {
    const draft = withSet(draftOf(given('type=temperature&off_delay_ms=30000')), answer)
    assert.deepEqual([draft.limit, draft.offDelayS], ['42', '30'])
    assert.deepEqual(settingBody(draft, 'less noise'), {
      sensor_type: 'temperature', rule: 'critical_threshold_violation', limit: 42, off_delay_ms: 30_000, reason: 'less noise',
    })
    const other = draftOf(given('type=humidity'))
    assert.deepEqual(withSet(other, answer), other)
    assert.equal(settingOf({ sensorType: '', sensor: 'temp-1', rule: 'critical_threshold_violation' }, answer)?.enabled, false)
  })

  it('sets only what is filled in, of one sensor too, and no limit or deadband where there is none', () => {
    const draft = { ...draftOf(given('sensor=temp-1&rule=bad_quality')), limit: '3', deadband: '1', enabled: 'false', latch: 'true', priority: 'low', reAlarmS: '3600' } as const
    assert.deepEqual(settingBody(draft, 'x'), {
      sensor_id: 'temp-1', rule: 'bad_quality', enabled: false, latch: true, priority: 'low', re_alarm_ms: 3_600_000, reason: 'x',
    })
    assert.deepEqual(settingBody({ ...draftOf(given('')), deadband: '0', onDelayS: '0' }, 'x'), {
      sensor_type: 'temperature', rule: 'critical_threshold_violation', deadband: 0, on_delay_ms: 0, reason: 'x',
    })
    assert.deepEqual(settingBody({ ...draftOf(given('sensor=temp-1&rule=rapid_value_change&deadband=2')), limit: '3' }, 'x'), {
      sensor_id: 'temp-1', rule: 'rapid_value_change', limit: 3, reason: 'x',
    })
    assert.equal(draftOf(given('sensor=temp-1&deadband=0.6')).deadband, '0.6')
    assert.deepEqual(ALARM_RULES.filter((rule) => !hasLimit(rule)), ['bad_quality'])
    assert.deepEqual(ALARM_RULES.filter(hasDeadband), [
      'critical_threshold_violation', 'warning_threshold_violation', 'low_threshold_violation', 'critical_low_threshold_violation',
    ])
  })

  it('says what a limit counts, with the unit where it has one', () => {
    assert.deepEqual(ALARM_RULES.filter(hasLimit).map((rule) => limitLabel(rule, '°C')), [
      'Limit, °C', 'Limit: readings in a row', 'Limit: step of more than, °C', 'Limit: distance of more than, °C', 'Limit, °C', 'Limit, °C', 'Limit, °C',
      'Limit: score, 0.1 to 0.99', 'Limit: standard deviations, 0.5 to 3', 'Limit: intervals without a reading',
    ])
    assert.deepEqual([limitLabel('rapid_value_change', ''), limitLabel('low_threshold_violation', '')], ['Limit: step of more than', 'Limit'])
  })

  it('asks what if with the same values, over the hours before now', () => {
    assert.deepEqual(whatIfBody({ ...draftOf(given('sensor=temp-1')), limit: '45' }, 8, T), {
      sensors: ['temp-1'], from: '2026-11-24T02:00:00.000Z', to: '2026-11-24T10:00:00.000Z', settings: [{ rule: 'critical_threshold_violation', limit: 45 }],
    })
    assert.deepEqual(Object.keys(whatIfBody(draftOf(given('')), 1, T, 'lite')), ['sensor_type', 'from', 'to', 'settings'], 'it has no detector')
    assert.equal(whatIfBody(draftOf(given('rule=learned_anomaly')), 1, T, 'lite').detector, 'lite')
    assert.equal('detector' in whatIfBody(draftOf(given('rule=learned_anomaly')), 1, T), false)
  })
})

describe('a setting in words', () => {
  it('names what is set, with its unit, and of what', () => {
    assert.equal(settingInWords(set({}), unitOf('temperature')), 'limit 42 °C, off-delay 90 seconds')
    assert.equal(settingInWords(set({ enabled: false, priority: 'low', limit: null, off_delay_ms: null, latch: true, re_alarm_ms: 3_600_000 }), ''),
      'off, low priority, raised again after 1 hour, stays until it is reset')
    assert.equal(settingInWords(set({ limit: null, off_delay_ms: null }), ''), 'nothing')
    const limits = (['consecutive_high_alerts', 'rapid_value_change', 'learned_anomaly', 'stale_signal'] as const).map((rule) => (
      settingInWords(set({ rule, limit: 1, deadband: 0, off_delay_ms: null }), '°C')))
    assert.deepEqual(limits, ['limit 1 readings in a row', 'limit 1 °C', 'limit 1 of 1', 'limit 1 intervals'])
    assert.equal(scopeInWords(set({})), 'Critical limit reached, all temperature sensors')
    assert.equal(scopeInWords(set({ sensor_type: null, sensor_id: 'temp-1' })), 'Critical limit reached, temp-1')
    assert.equal(unitOf(null), '')
  })
})
