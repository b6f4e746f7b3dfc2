import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { contains, toMessage, toText } from '../../../src/kafka/message-bytes.ts'

const record = (value: Buffer | null, timestampMs = 0) => ({ offset: 1, timestampMs, key: null, value, headers: [[Buffer.from('n'), null]] as const })

describe('bytes', () => {
  test('are text where they are UTF-8, else base64', () => {
    assert.deepEqual(toText(Buffer.from('°C'), 10), { encoding: 'utf8', text: '°C', size_bytes: 3, truncated: false })
    assert.deepEqual(toText(Buffer.from([0xff]), 10), { encoding: 'base64', text: '/w==', size_bytes: 1, truncated: false })
    assert.equal(toText(null, 10), null)
  })

  test('are cut, but not within a character', () => {
    assert.deepEqual(toText(Buffer.from('a€€'), 3), { encoding: 'utf8', text: 'a', size_bytes: 7, truncated: true })
    assert.equal(toText(Buffer.from('a€€'), 4)?.text, 'a€')
  })

  test('are searched whatever their case, also where they are no text', () => {
    assert.ok(contains(record(Buffer.from('{"a":"ÄB"}')), 'äb'))
    assert.ok(contains(record(Buffer.from([0xff, 0x41])), 'a'))
    assert.ok(contains(record(null), 'N'))
    assert.ok(!contains(record(null), 'x'))
  })
})

test('a time that no date can hold is the nearest that one can', () => {
  assert.equal(toMessage(0, record(null, 1e18), 1).timestamp, '+275760-09-13T00:00:00.000Z')
  assert.equal(toMessage(0, record(null, -1), 1).timestamp, '1970-01-01T00:00:00.000Z')
})
