import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { resolveSettings } from '../../../src/alarm/alarm-rules.ts'
import { hasDeadband, proposeDeadband, stretchesAround } from '../../../src/alarm/propose-deadband.ts'
import type { LimitAlarm } from '../../../src/alarm/propose-deadband.ts'
import { REPLAYED_RULES } from '../../../src/alarm/replay.ts'
import type { ReplaySettings, ReplayedReading } from '../../../src/alarm/replay.ts'
import { ALARM_RULES } from '../../../src/contract/alarm.ts'
import { alertLevelOf } from '../../../src/contract/sensor-types.ts'

const THRESHOLDS = { warning: 35, critical: 40 }

function alarm(offDelayMs = 0): LimitAlarm {
  const settings = Object.fromEntries(REPLAYED_RULES.map((rule) => [rule, resolveSettings('temperature', rule, { offDelayMs })])) as ReplaySettings
  return { type: 'temperature', rule: 'critical_threshold_violation', thresholds: THRESHOLDS, settings }
}

/** One every second; `depth` is how far it goes back from the limit between two alarms. */
function dance(times: number, depth: number): ReplayedReading[] {
  return Array.from({ length: 2 * times }, (_, index) => {
    const value = index % 2 === 0 ? 40.2 : 40 - depth
    return { timeMs: index * 1_000, value, level: alertLevelOf(value, THRESHOLDS), quality: null }
  })
}

describe('the deadband proposed for an alarm', () => {
  test('is the smallest that joins most of what the readings raise', () => {
    assert.deepEqual(proposeDeadband(alarm(), [dance(40, 0.8)]), { deadband: 0.9, alarmsBefore: 40, alarmsAfter: 1 })
    assert.deepEqual(proposeDeadband(alarm(), [dance(40, 0.5)]), { deadband: 0.6, alarmsBefore: 40, alarmsAfter: 1 })
    // A tenth goes back farther: a wider one would join those as well, but this one does nearly as much.
    const mixed = [...dance(36, 0.5), ...dance(4, 2.5).map((reading) => ({ ...reading, timeMs: reading.timeMs + 72_000 }))]
    assert.deepEqual(proposeDeadband(alarm(), [mixed]), { deadband: 0.6, alarmsBefore: 40, alarmsAfter: 4 })
  })

  test('joins nothing over times that were not looked at', () => {
    assert.deepEqual(proposeDeadband(alarm(), [dance(20, 0.8), dance(20, 0.8)]), { deadband: 0.9, alarmsBefore: 40, alarmsAfter: 2 })
  })

  test('is none where values go back far, where a delay joins them already, and where there are no readings', () => {
    assert.equal(proposeDeadband(alarm(), [dance(40, 5)]), null)
    assert.equal(proposeDeadband(alarm(60_000), [dance(40, 0.8)]), null)
    assert.equal(proposeDeadband(alarm(), []), null)
    assert.deepEqual(ALARM_RULES.filter(hasDeadband), [
      'critical_threshold_violation', 'warning_threshold_violation', 'low_threshold_violation', 'critical_low_threshold_violation',
    ])
  })

  test('looks at the five minutes around each alarm, once, the newest first', () => {
    const minutes = (...own: [number, number | null][]) => stretchesAround(own.map(([from, to]) => (
      { raisedMs: from * 60_000, clearedMs: to === null ? null : to * 60_000 })), 100 * 60_000).map(({ fromMs, toMs }) => [fromMs / 60_000, toMs / 60_000])
    assert.deepEqual(minutes([10, 11], [40, 41], [20, 21]), [[35, 46], [5, 26]])
    assert.deepEqual(minutes([10, null], [50, 51]), [[5, 100]])
  })
})
