import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupOf } from '../../../src/alarm/grouping.ts'
import type { AlarmGroup } from '../../../src/alarm/grouping.ts'

test('alarms of a machine within a minute of the first belong to it, and the next is a first again', () => {
  let open: AlarmGroup | undefined
  const groups = ([['a', 0], ['b', 30], ['c', 60], ['d', 61], ['e', 59], ['f', 122]] as const).map(([id, atS]) => {
    open = groupOf(open, id, atS * 1_000)
    return open.groupId
  })
  assert.deepEqual(groups, ['a', 'a', 'a', 'd', 'd', 'f'])
})
