import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatCursor, parseCursor } from '../../../src/monitoring/alarm-cursor.ts'
import { RequestError } from '../../../src/monitoring/request-error.ts'

const episodeId = '01234567-89ab-4def-8123-456789abcdef'

test('a cursor is a place in the order that it was made for, and in no other', () => {
  for (const [sort, key] of [['raised_at', '1767600000000000'], ['priority', '2'], ['sensor', 'Ofen 3 – Zone ü']] as const) {
    assert.deepEqual(parseCursor(formatCursor({ key, episodeId }), sort), { key, episodeId })
  }
  for (const [text, sort] of [
    ['', 'raised_at'], ['%%%', 'raised_at'], [formatCursor({ key: 'T-1', episodeId }), 'raised_at'], [formatCursor({ key: '4', episodeId }), 'priority'],
    [formatCursor({ key: 'a\0b', episodeId }), 'sensor'], [formatCursor({ key: '1', episodeId: 'x'.repeat(36) }), 'priority'],
    [formatCursor({ key: '99999999999999999', episodeId }), 'changed_at'],
  ] as const) {
    assert.throws(() => parseCursor(text, sort), RequestError, `${text} ${sort}`)
  }
})
