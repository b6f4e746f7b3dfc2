import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupOf, groupedBy } from '../../../src/alarm/grouping.ts'
import type { AlarmGroup } from '../../../src/alarm/grouping.ts'

test('alarms of a machine within a minute of the first belong to it, and the next is a first again', () => {
  let open: AlarmGroup | undefined
  const groups = ([['a', 0], ['b', 30], ['c', 60], ['d', 61], ['e', 59], ['f', 122]] as const).map(([id, atS]) => {
    open = groupOf(open, 'rapid_value_change', id, atS * 1_000)
    return open.groupId
  })
  assert.deepEqual(groups, ['a', 'a', 'a', 'd', 'd', 'f'])
})

test('silent sensors are one group for five minutes, wherever they are', () => {
  let open: AlarmGroup | undefined
  const groups = ([['a', 0], ['b', 299], ['c', 301]] as const).map(([id, atS]) => {
    open = groupOf(open, 'stale_signal', id, atS * 1_000)
    return open.groupId
  })
  assert.deepEqual(groups, ['a', 'a', 'c'])
  assert.equal(groupedBy('stale_signal', 'M-1'), groupedBy('stale_signal', 'M-2'))
  assert.notEqual(groupedBy('bad_quality', 'M-1'), groupedBy('bad_quality', 'M-2'))
  assert.notEqual(groupedBy('stale_signal', 'M-1'), groupedBy('bad_quality', 'stale_signal'))
})
