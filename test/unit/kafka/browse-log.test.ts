import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cursorOf, parseCursor } from '../../../src/kafka/browse-log.ts'

test('a cursor is read as it was written, and nothing else is one', () => {
  const offsets = new Map([[10, 7], [0, 9_007_199_254_740]])
  assert.equal(cursorOf(offsets), '0:9007199254740,10:7')
  assert.deepEqual(parseCursor(cursorOf(offsets)), new Map([[0, 9_007_199_254_740], [10, 7]]))
  for (const wrong of ['', '0', '0:', ':1', '0:1,', '0:-1', '0:1 ', 'a:1', '0:99999999999999999']) assert.equal(parseCursor(wrong), null, wrong)
})
