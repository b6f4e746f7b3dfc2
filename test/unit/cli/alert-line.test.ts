import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAlertFormat } from '../../../src/cli/alert-line.ts'
import { recordOf } from './log-record.ts'

const ALERT = {
  alert_id: 'a', timestamp: '2026-01-31T12:00:00.123Z', sensor_id: 'vib-sensor-002', sensor_type: 'vibration', anomaly_type: 'rapid_value_change',
  severity: 'medium', sensor_value: 7.37, sensor_unit: 'mm/s', sensor_alert_level: 'critical', detected_by: 'consumer-001', description: 'it jumped\nup',
}

test('an alert is one aligned line', () => {
  assert.deepEqual(createAlertFormat('text', null)(recordOf(ALERT), 0), {
    timeMs: Date.parse('2026-01-31T12:00:00.123Z'),
    text: '12:00:00.123  medium    vib-sensor-002     rapid_value_change               7.37 mm/s   consumer-001  it jumped·up',
  })
  assert.equal(createAlertFormat('json', null)(recordOf(ALERT), 0)?.text, JSON.stringify(ALERT))
  assert.equal(createAlertFormat('text', 'another')(recordOf(ALERT), 0), null)
})

test('what isn\'t an alert is a line with the reason', () => {
  const format = createAlertFormat('text', null)
  const reasons: readonly (readonly [unknown, RegExp])[] = [
    [null, /empty$/], ['{', /not_json: /], [[], /timestamp is missing$/], ['7', /not_an_object$/], [{ ...ALERT, severity: 3 }, /severity is not a text$/],
    [{ ...ALERT, sensor_value: 'high' }, /sensor_value is not a number$/], [{ ...ALERT, timestamp: 'noon' }, /timestamp is "noon"$/],
  ]
  for (const [value, reason] of reasons) {
    const text = format(recordOf(value), 1)?.text ?? ''
    assert.match(text, /^12:00:01\.500 {2}malformed {2}1:7 {2}/)
    assert.match(text, reason)
  }
})
