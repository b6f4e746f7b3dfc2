import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createReadingFormat } from '../../../src/cli/reading-line.ts'
import { recordOf } from './log-record.ts'

const READING = {
  timestamp: '2026-01-31T12:00:00.123456Z', sensor_id: 'temp-sensor-001', sensor_type: 'temperature',
  location: { factory_section: 'production', machine_id: 'machine-001', zone: 'zone-a' }, value: 42.479, unit: '°C', alert_level: 'critical',
}

test('a reading is one aligned line', () => {
  const format = createReadingFormat('text', null)
  assert.deepEqual(format(recordOf(READING), 2), {
    timeMs: Date.parse('2026-01-31T12:00:00.123Z'),
    text: '12:00:00.123  temp-sensor-001       42.48 °C     critical  production/machine-001/zone-a       2:7',
  })
  const old = { ...READING, alert_level: undefined, sensor_id: 'x\ny', value: 7 }
  assert.equal(format(recordOf(old), 0)?.text, '12:00:00.123  x·y                    7.00 °C     -         production/machine-001/zone-a       0:7')
})

test('what the consumers would refuse is a line with the reason', () => {
  const format = createReadingFormat('text', null)
  assert.equal(format(recordOf(null), 1)?.text, '12:00:01.500  malformed  1:7  empty: the message has no value')
  assert.match(format(recordOf('{"a":\n'), 1)?.text ?? '', /^12:00:01\.500 {2}malformed {2}1:7 {2}not_json: [^\n]+$/)
  assert.match(format(recordOf({ ...READING, timestamp: '2999-01-01T00:00:00Z' }), 1)?.text ?? '', /in_the_future/)
  assert.deepEqual(JSON.parse(createReadingFormat('json', null)(recordOf('no'), 1)?.text ?? ''),
    { malformed: 'not_json: Unexpected token \'o\', "no" is not valid JSON', partition: 1, offset: 7, value: 'no' })
})

test('as JSON it is as it was sent, on one line; one sensor\'s are picked out', () => {
  assert.equal(createReadingFormat('json', null)(recordOf(READING), 0)?.text, JSON.stringify(READING))
  assert.equal(createReadingFormat('json', null)(recordOf(JSON.stringify(READING, null, 2)), 0)?.text, JSON.stringify(READING))
  const one = createReadingFormat('text', 'temp-sensor-001')
  assert.notEqual(one(recordOf(READING), 0), null)
  for (const other of [{ ...READING, sensor_id: 'other' }, 'nonsense']) assert.equal(one(recordOf(other), 0), null)
})
