import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeCluster, judgeQuorum } from '../../../../src/cli/checks/cluster.ts'

test('a cluster has all its brokers', () => {
  const view = { id: 'c', brokers: [1, 3].map((id) => ({ id, host: 'h', port: id })), topics: new Map() }
  assert.equal(judgeCluster(view, 2), 'c: brokers 1, 3')
  assert.throws(() => judgeCluster(view, 3), { message: '2 of 3 brokers serve: 1, 3' })
})

test('a quorum has a leader, and voters that follow it', () => {
  const voters = [{ id: 1, behindMs: 0 }, { id: 2, behindMs: 500 }, { id: 3, behindMs: 400 }]
  assert.equal(judgeQuorum({ leader: 1, voters }, 3), 'controller 1 leads, voters 1, 2, 3')
  assert.throws(() => judgeQuorum(null, 1), /no controller quorum/)
  assert.throws(() => judgeQuorum({ leader: null, voters }, 3), { message: 'no controller is elected' })
  assert.throws(() => judgeQuorum({ leader: 1, voters: voters.slice(1) }, 3), { message: '2 of 3 voters: 2, 3' })
  const behind = [...voters.slice(0, 1), { id: 2, behindMs: 51_000 }, { id: 3, behindMs: null }]
  assert.throws(() => judgeQuorum({ leader: 1, voters: behind }, 3),
    { message: 'controller 1 leads, but voters don\'t follow: 2 (for 51 s), 3 (not since the election)' })
})
