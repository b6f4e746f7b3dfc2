import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { LEVEL, QUALITY, READING_COUNT, SEQUENCE, SLOTS, TIME_US, VALUE, learnShape, matchShape } from '../../../src/contract/message-shape.ts'
import type { MessageShape } from '../../../src/contract/message-shape.ts'
import { isRejection, parseReading } from '../../../src/contract/reading.ts'
import type { ValidReading } from '../../../src/contract/reading.ts'
import { ALERT_LEVELS } from '../../../src/contract/sensor-types.ts'

const ACCEPTED = { oldestUs: Date.UTC(2026, 0, 1) * 1000, newestUs: Date.UTC(2027, 0, 1) * 1000 }

const READING = {
  timestamp: '2026-11-28T10:20:30.456Z', sensor_id: 'temp-sensor-001', sensor_type: 'temperature',
  location: { factory_section: 'Halle "7" ä', machine_id: 'machine-001', zone: 'zone-a' }, value: 25.31, unit: '°C', alert_level: 'normal', quality: 0.98,
  metadata: { reading_count: 17, warning_threshold: 35, critical_threshold: 40, producer_epoch: 'e1', sequence: 17 },
}

function shapeOf(text: string): MessageShape | null {
  const message = Buffer.from(text)
  const reading = parseReading(message, ACCEPTED)
  assert.ok(!isRejection(reading), JSON.stringify(reading))
  return learnShape(message, reading)
}

/** What the shape reads of a message that lies among other bytes; null: no match. */
function matched(shape: MessageShape, text: string): ValidReading | null {
  const message = Buffer.from(`"9}${text}"9}`)
  const out = new Float64Array(3 * SLOTS)
  const view = new DataView(message.buffer, message.byteOffset, message.length)
  if (!matchShape(shape, view, 3, message.length - 3, ACCEPTED, out, SLOTS)) return null
  assert.ok(out.subarray(0, SLOTS).every((each) => each === 0) && out.subarray(2 * SLOTS).every((each) => each === 0), 'wrote outside its place')
  const at = (slot: number): number => out[SLOTS + slot] as number
  const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value)
  return {
    ...shape.reading, timeUs: at(TIME_US), value: at(VALUE), level: Number.isNaN(at(LEVEL)) ? null : ALERT_LEVELS[at(LEVEL)] ?? null,
    quality: orNull(at(QUALITY)), readingCount: orNull(at(READING_COUNT)),
    sequence: shape.reading.epoch === null ? null : orNull(at(SEQUENCE)),
  }
}

/** Texts of values in every form that somebody may send, allowed or not. */
const numbers = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String), fc.integer().map(String), fc.double({ min: 0, max: 1, noNaN: true }).map(String),
  fc.integer({ min: 0, max: 99_999_999 }).map((value) => (value / 1000).toFixed(3)),
  fc.constantFrom('-0', '0', '-0.0', '01', '.5', '5.', '-', '1e3', '1E-7', '1.5e300', '1e999', '0.1', '123456789012345', '1234567890123456', '9007199254740991',
    '9007199254740990', '2147483647', '2147483648', '17.0', 'null', '""', '1 ', ' 1', '--1', '1.2.3', 'Infinity', '+1', '0.000000000000001', '5e-324'))
const times = fc.oneof(
  fc.date({ min: new Date('2025-06-01T00:00:00Z'), max: new Date('2027-06-01T00:00:00Z'), noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom('2026-02-30T00:00:00Z', '2026-02-28T24:00:00Z', '2026-02-28T23:59:60Z', '2026-02-28 23:59:59Z', '2026-02-28t23:59:59z', '2026-02-28T23:59:59.1234567Z',
    '2026-02-28T23:59:59.123456789Z', '2026-02-28T23:59:59.1234567891Z', '2026-02-28T23:59:59.Z', '2026-02-28T23:59:59,5Z', '2026-02-28T23:59:59', '2026-02-28T23:59Z',
    '2026-02-28T23:59:59+02:00', '2026-02-28T23:59:59.5-0030', '', 'x', '2026-2-28T23:59:59Z', '2026-02-28T2a:59:59Z', '2026-02-28T23-59-59Z', '2026-02-28T23:59:59Zx'))
const levels = fc.constantFrom('normal', 'warning', 'critical', 'normally', 'norma', '', 'Normal', '\\u006eormal')

describe('a shape', () => {
  test('reads of every message that it matches just what decoding the whole of it gives', () => {
    let hits = 0
    fc.assert(fc.property(numbers, numbers, numbers, numbers, times, levels, fc.constantFrom('', ' ', '\n'), (value, quality, count, sequence, time, level, space) => {
      const fill = (parts: Record<'time' | 'value' | 'level' | 'quality' | 'count' | 'sequence', string>): string => `{"timestamp":"${parts.time}",${space}`
        + `"sensor_id":"s","sensor_type":"temperature","location":{"factory_section":"value","machine_id":"m","zone":"\\"z","value":1},"value":${parts.value},"unit":"°C",`
        + `"alert_level":"${parts.level}","quality":${parts.quality},"metadata":{"reading_count":${parts.count},"producer_epoch":"e","sequence":${parts.sequence}${space}},"x":[{"value":2}]}`
      const shape = shapeOf(fill({ time: READING.timestamp, value: '1', level: 'normal', quality: '1', count: '1', sequence: '1' }))
      assert.ok(shape !== null)
      const usual = { time: READING.timestamp, value: '20.5', level: 'warning', quality: '0.5', count: '7', sequence: '8' }
      for (const part of [{ value }, { quality }, { count }, { sequence }, { time }, { level }]) {
        const text = fill({ ...usual, ...part })
        const found = matched(shape, text)
        if (found === null) continue
        hits++
        assert.deepEqual(found, parseReading(Buffer.from(text), ACCEPTED), text)
      }
    }), { numRuns: 2_000 })
    assert.ok(hits > 2_000, `only ${hits} of 12,000 messages were matched`)
  })

  test('matches what our own producers send', () => {
    const shape = shapeOf(JSON.stringify(READING))
    assert.ok(shape !== null)
    const next = { ...READING, timestamp: '2026-11-29T00:00:00.000Z', value: -3.07, alert_level: 'critical', quality: 1, metadata: { ...READING.metadata, reading_count: 18, sequence: 18 } }
    assert.deepEqual(matched(shape, JSON.stringify(next)), parseReading(Buffer.from(JSON.stringify(next)), ACCEPTED))
  })

  test('matches no message that differs in anything else', () => {
    const text = JSON.stringify(READING)
    const shape = shapeOf(text)
    assert.ok(shape !== null && matched(shape, text) !== null)
    const message = Buffer.from(text)
    fc.assert(fc.property(fc.nat(message.length - 1), fc.nat(255), (at, byte) => {
      const changed = Buffer.from(message)
      changed[at] = byte
      const found = matchBytes(shape, changed)
      if (found !== null) assert.deepEqual(found, parseReading(changed, ACCEPTED))
    }), { numRuns: 5_000 })
    for (const other of [`${text} `, text.slice(0, -1), text.replace('001', '002'), text.replace('"unit"', '"uNit"'), text.replace('35', '36'), '']) {
      assert.equal(matched(shape, other), null, other)
    }
  })

  test('leaves out what is not sent, or is null', () => {
    const { alert_level: _level, quality: _quality, metadata: _metadata, ...bare } = READING
    for (const each of [bare, { ...bare, quality: null, metadata: null }, { ...bare, metadata: { sequence: 5 } }, { ...bare, metadata: { producer_epoch: 7, sequence: 5 } }]) {
      const shape = shapeOf(JSON.stringify(each))
      assert.ok(shape !== null)
      const next = JSON.stringify({ ...each, value: 1.5 })
      assert.deepEqual(matched(shape, next), parseReading(Buffer.from(next), ACCEPTED))
    }
  })

  test('is not learned where it isn\'t certain which value counts, nor of long messages', () => {
    const text = JSON.stringify(READING)
    for (const each of [
      text.replace('{', '{"value":1,'), text.replace('"metadata":{', '"metadata":{"sequence":1,'), text.replace('"value"', '"v\\u0061lue"'),
      text.replace('{', `{"note":"${'x'.repeat(3_000)}",`), text.replace('{', `{"deep":${'['.repeat(1_000)}${']'.repeat(1_000)},`),
    ]) assert.equal(shapeOf(each), null, each.slice(0, 80))
  })
})

function matchBytes(shape: MessageShape, message: Buffer): ValidReading | null {
  return matched(shape, message.toString('latin1')) === null ? null : matched(shape, message.toString('utf8'))
}
