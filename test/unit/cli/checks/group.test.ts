import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeLag, judgeMembers } from '../../../../src/cli/checks/group.ts'

const members = [{ clientId: 'consumer-001', partitions: [0, 2] }, { clientId: 'consumer-002', partitions: [1] }, { clientId: 'extra', partitions: [] }]

test('a group is stable, reads each partition, and has each consumer that runs', () => {
  assert.equal(judgeMembers({ state: 'Stable', members }, 3, ['consumer-001']), 'stable: consumer-001 reads 0+2, consumer-002 reads 1, extra reads none')
  assert.throws(() => judgeMembers({ state: 'Empty', members: [] }, 3, []), /^Error: no consumer is in the group/)
  assert.throws(() => judgeMembers({ state: 'PreparingRebalance', members }, 3, []), { message: 'the group is not stable: PreparingRebalance' })
  assert.throws(() => judgeMembers({ state: 'Stable', members }, 4, []), { message: 'nobody reads partition 3' })
  assert.throws(() => judgeMembers({ state: 'Stable', members }, 3, ['consumer-003']), { message: 'not in the group: consumer-003' })
})

test('a backlog is no failure, one that nobody works on is', () => {
  assert.equal(judgeLag([{ partition: 0, lag: 5000, moved: true }, { partition: 1, lag: 0, moved: false }]), '5000 messages wait (5000, 0 by partition)')
  assert.throws(() => judgeLag([{ partition: 0, lag: 12, moved: false }]), { message: 'partition 0: 12 wait, and none was consumed within 4 s' })
  assert.throws(() => judgeLag([{ partition: 0, lag: null, moved: true }]), { message: 'the leader of partition 0 doesn\'t say where it ends' })
})
