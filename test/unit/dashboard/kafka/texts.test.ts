import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deadLetterOf } from '../../../../src/dashboard/kafka/dead-letter.ts'
import { formatBytes } from '../../../../src/dashboard/kafka/format-bytes.ts'
import { formatDuration } from '../../../../src/dashboard/kafka/format-duration.ts'
import { fromLocalTime, toLocalTime } from '../../../../src/dashboard/kafka/local-time.ts'
import { matchesIn } from '../../../../src/dashboard/kafka/matches-in.ts'
import { prettyJson } from '../../../../src/dashboard/kafka/pretty-json.ts'
import { previewOf } from '../../../../src/dashboard/kafka/preview.ts'

describe('texts', () => {
  test('JSON has a line per member; numbers, repeated names and their order stay as they were sent', () => {
    assert.equal(prettyJson('{"b":12345678901234567890,"a":[1.0,true,null,"x, {y}: \\"z\\""],"a":{},"c":[]}'),
      '{\n  "b": 12345678901234567890,\n  "a": [\n    1.0,\n    true,\n    null,\n    "x, {y}: \\"z\\""\n  ],\n  "a": {},\n  "c": []\n}')
    assert.deepEqual(['{}', '[[]]', '7', '"x"'].map(prettyJson), ['{}', '[\n  []\n]', '7', '"x"'])
    assert.deepEqual(['', '{', 'x', '{"a":1}}'].map(prettyJson), [null, null, null, null])
  })

  test('matches are found whatever their case, and taken for what they are', () => {
    assert.deepEqual(matchesIn('a.B.ab', '.b'), ['a', '.B', '.ab'])
    assert.deepEqual(matchesIn('aXaxa', 'x'), ['a', 'X', 'a', 'x', 'a'])
    assert.deepEqual(matchesIn('abc', ''), ['abc'])
    assert.ok(matchesIn('x'.repeat(100_000), 'x').length <= 2_001)
  })

  test('a preview shows the match', () => {
    assert.equal(previewOf('short', 'ort'), 'short')
    const preview = previewOf(`${'a'.repeat(1_000)}Needle${'b'.repeat(1_000)}`, 'needle')
    assert.match(preview, /^…a{30}Needleb+$/)
    assert.equal(previewOf('a'.repeat(1_000), '').length, 400)
  })

  test('sizes have three figures, settings their largest whole unit', () => {
    assert.deepEqual([0, 1, 999, 1_000, 12_345, 999_999, 4_194_304].map((size) => formatBytes(size).replace('\u00a0', ' ')),
      ['0 B', '1 B', '999 B', '1 kB', '12.3 kB', '1 MB', '4.19 MB'])
    assert.deepEqual([604_800_000, 86_400_000, 129_600_000, 1_500].map(formatDuration), ['7 days', '1 day', '36 hours', '1,500 ms'])
  })

  test('a time in the zone of the viewer is the time it was', () => {
    const timeMs = Date.parse('2026-07-01T10:31:05Z')
    assert.equal(fromLocalTime(toLocalTime(timeMs)), '2026-07-01T10:31:05.000Z')
    assert.match(fromLocalTime('nonsense'), /Z$/)
  })

  test('a dead letter says its reason, and where it was refused if that is known', () => {
    const message = (headers: Record<string, string>) => ({
      partition: 0, offset: 0, timestamp: '', key: null, value: null,
      headers: Object.entries(headers).map(([name, text]) => ({ name, value: { encoding: 'utf8' as const, text, size_bytes: 1, truncated: false } })),
    })
    const letter = { reason: 'r', detail: 'd' }
    const place = { partition: 1, offset: 2 }
    const headers = { ...letter, topic: 't', partition: '1', offset: '2' }
    assert.deepEqual(deadLetterOf(message(headers)), { ...letter, origin: { topic: 't', ...place, letter: place } })
    assert.deepEqual(deadLetterOf(message({ ...headers, topic_id: 'id', generation: '0' }))?.origin?.letter, { ...place, topic_id: 'id', generation: 0 })
    assert.deepEqual(deadLetterOf(message({ ...letter, topic: 't' })), { ...letter, origin: null })
    assert.equal(deadLetterOf(message({ reason: 'r' })), null)
  })
})
