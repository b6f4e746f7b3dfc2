import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { NOWHERE, firstQuestion, formatLocation, parseLocation } from '../../../../src/dashboard/kafka/location.ts'
import type { Location } from '../../../../src/dashboard/kafka/location.ts'

const PLACES: readonly (readonly [string, Location])[] = [
  ['#', NOWHERE],
  ['#topic=a', { ...NOWHERE, topic: 'a' }],
  ['#topic=a&partition=1&offset=42', { ...NOWHERE, topic: 'a', partition: 1, from: { kind: 'offset', offset: 42 } }],
  ['#topic=a&time=2026-01-01T00%3A00%3A00.000Z', { ...NOWHERE, topic: 'a', from: { kind: 'time', time: '2026-01-01T00:00:00.000Z' } }],
  ['#topic=a&from=oldest&search=%22x%22+%26', { ...NOWHERE, topic: 'a', from: { kind: 'oldest' }, search: '"x" &' }],
  ['#topic=a&live=1', { ...NOWHERE, topic: 'a', live: true }],
]

describe('a place in the address', () => {
  test('is read as it was written', () => {
    for (const [hash, place] of PLACES) {
      assert.equal(formatLocation(place), hash)
      assert.deepEqual(parseLocation(hash), place)
    }
  })

  test('is left out where it makes no sense', () => {
    assert.deepEqual(parseLocation('#topic=&partition=x&offset=-1&time=soon&from=there'), NOWHERE)
    // An offset is one of a partition, and what is live is at the end.
    assert.deepEqual(parseLocation('#topic=a&offset=5').from, { kind: 'newest' })
    assert.equal(parseLocation('#topic=a&from=oldest&live=1').live, false)
  })

  test('is the question to the service', () => {
    assert.deepEqual(PLACES.slice(1, 5).map(([, place]) => firstQuestion(place, 50).toString()), [
      'topic=a&last=50', 'topic=a&partition=1&limit=50&offset=42', 'topic=a&limit=50&time=2026-01-01T00%3A00%3A00.000Z',
      'topic=a&limit=50&time=1970-01-01T00%3A00%3A00Z&search=%22x%22+%26',
    ])
  })
})
