import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  LIMIT_SIDE, checkLimits, checkOverride, defaultSettings, patternLimits, resolveSettings, severityOf, severityOfRank, severityRank,
} from '../../../src/alarm/alarm-rules.ts'
import type { AlarmOverride, LimitRule } from '../../../src/alarm/alarm-rules.ts'
import { ALARM_PRIORITIES, ALARM_RULES } from '../../../src/contract/alarm.ts'
import type { AlarmRule } from '../../../src/contract/alarm.ts'
import { SENSOR_TYPE_NAMES, SENSOR_TYPES } from '../../../src/contract/sensor-types.ts'

describe('the settings of the alarm rules', () => {
  test('are as severe as the contract says', () => {
    assert.equal(severityOf('baseline_deviation', 'critical'), 'high')
    assert.equal(severityOf('critical_low_threshold_violation', 'normal'), 'high')
    assert.equal(severityOf('consecutive_high_alerts', 'warning'), 'medium')
    assert.equal(severityOf('rapid_value_change', 'normal'), 'medium')
    assert.equal(severityOf('baseline_deviation', 'warning'), 'low')
    for (const priority of ALARM_PRIORITIES) assert.equal(severityOfRank(severityRank(priority)), priority)
    assert.equal(severityRank('high') > severityRank('medium') && severityRank('medium') > severityRank('low'), true)
  })

  test('have a default for every type and rule, which may be set', () => {
    for (const type of SENSOR_TYPE_NAMES) {
      for (const rule of ALARM_RULES) {
        const { deadband, ...rest } = defaultSettings(type, rule)
        assert.equal(checkOverride(rule, { ...rest, ...LIMIT_SIDE[rule] === undefined ? {} : { deadband } }), null, `${type} ${rule}`)
      }
      const problem = checkLimits((rule) => defaultSettings(type, rule), SENSOR_TYPES[type])
      assert.equal(problem, null)
    }
  })

  test('raise nothing later than a rule fires, unless told', () => {
    for (const rule of ALARM_RULES) assert.equal(defaultSettings('temperature', rule).onDelayMs, 0)
    const { deadband, offDelayMs } = defaultSettings('temperature', 'critical_threshold_violation')
    assert.ok(Math.abs(deadband - 0.3) < 1e-9, 'one percent of 15 to 45 °C')
    assert.equal(offDelayMs, 60_000)
  })

  test('leave out low limits and the single warning unless told', () => {
    const off = ALARM_RULES.filter((rule) => !defaultSettings('pressure', rule).enabled)
    assert.deepEqual(off, ['warning_threshold_violation', 'low_threshold_violation', 'critical_low_threshold_violation'])
  })

  test('are the defaults, over them the type\'s, over that the sensor\'s', () => {
    const type: AlarmOverride = { onDelayMs: 5_000, offDelayMs: 7_000, latch: true }
    const settings = resolveSettings('vibration', 'rapid_value_change', type, { onDelayMs: 0, offDelayMs: null, latch: false })
    assert.deepEqual(settings, { ...defaultSettings('vibration', 'rapid_value_change'), onDelayMs: 0, offDelayMs: 7_000, latch: false })
    assert.deepEqual(resolveSettings('vibration', 'rapid_value_change', undefined), defaultSettings('vibration', 'rapid_value_change'))
  })

  test('say what is wrong with what somebody sets', () => {
    assert.match(checkOverride('stale_signal', { onDelayMs: -1 }) ?? '', /^onDelayMs must be whole milliseconds from 0 to 86400000$/)
    assert.match(checkOverride('stale_signal', { offDelayMs: 1.5 }) ?? '', /^offDelayMs must be/)
    assert.match(checkOverride('stale_signal', { reAlarmMs: 0 }) ?? '', /more than 0/)
    assert.equal(checkOverride('rapid_value_change', { deadband: 3 }), 'rapid_value_change compares no value with a limit, so it has no deadband')
    assert.match(checkOverride('low_threshold_violation', { deadband: -1 }) ?? '', /deadband must be 0 or more/)
    assert.equal(checkOverride('low_threshold_violation', { limit: -3, deadband: 0, reAlarmMs: null }), null)
  })

  test('have a limit each that means something, in a range of its own', () => {
    const allowed: Partial<Record<AlarmRule, { fit: readonly number[], fail: readonly number[], must: string }>> = {
      low_threshold_violation: { fit: [-3, 0, 1e6], fail: [Number.NaN, Infinity], must: 'a number, in the sensor\'s unit' },
      consecutive_high_alerts: { fit: [1, 1_000], fail: [0, 2.5, 1_001], must: 'readings in a row, a whole number from 1 to 1000' },
      rapid_value_change: { fit: [0.001, 1e6], fail: [0, -1, Infinity], must: 'more than 0, in the sensor\'s unit' },
      baseline_deviation: { fit: [0.001, 1e6], fail: [0, -1, Number.NaN], must: 'more than 0, in the sensor\'s unit' },
      learned_anomaly: { fit: [0.1, 0.99], fail: [0.09, 1], must: 'a score from 0.1 to 0.99' },
      stale_signal: { fit: [1, 2.5, 1_000], fail: [0.5, 1_001], must: 'intervals without a reading, from 1 to 1000' },
    }
    for (const [rule, { fit, fail, must }] of Object.entries(allowed) as [AlarmRule, NonNullable<(typeof allowed)[AlarmRule]>][]) {
      for (const limit of fit) assert.equal(checkOverride(rule, { limit }), null, `${rule} ${limit}`)
      for (const limit of fail) assert.equal(checkOverride(rule, { limit }), `limit of ${rule} must be ${must}`, `${rule} ${limit}`)
    }
    assert.equal(checkOverride('bad_quality', { limit: 0.3 }), 'bad_quality has no limit')
  })

  test('give the pattern rules their limits: the type\'s, until another is set', () => {
    for (const type of SENSOR_TYPE_NAMES) assert.deepEqual(patternLimits((rule) => defaultSettings(type, rule)), SENSOR_TYPES[type].rules)
    const set = (rule: AlarmRule) => resolveSettings('temperature', rule, rule === 'rapid_value_change' ? { limit: 4 } : {}, { limit: null })
    assert.deepEqual(patternLimits(set), { consecutiveHigh: 3, rapidChange: 4, baselineDeviation: 15 })
  })

  test('keep limits in their order, and leave a value a place between them', () => {
    const check = (limits: Partial<Record<LimitRule, number>>): string | null => checkLimits(
      (rule) => resolveSettings('temperature', rule, { limit: limits[rule] ?? null }), { warning: 35, critical: 40 })
    assert.equal(check({ low_threshold_violation: 15, critical_low_threshold_violation: 10 }), null)
    assert.match(check({ low_threshold_violation: 9, critical_low_threshold_violation: 10 }) ?? '', /must not be above that of low_threshold_violation, 9/)
    assert.match(check({ critical_threshold_violation: 34 }) ?? '', /the limit of warning_threshold_violation, 35, must not be above/)
    assert.match(check({ low_threshold_violation: 34.5 }) ?? '', /there must be more than their deadbands/)
    assert.match(check({ critical_low_threshold_violation: 36 }) ?? '', /must not be above/)
  })
})
