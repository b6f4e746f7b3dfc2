import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeCluster, judgeQuorum } from '../../../../src/cli/checks/cluster.ts'
import type { Quorum } from '../../../../src/kafka/quorum.ts'

test('a cluster has all its brokers', () => {
  const brokers = new Map([1, 3].map((id) => [id, { host: 'h', port: id, rack: null }]))
  const view = { clusterId: 'c', controllerId: 1, brokers, topics: new Map() }
  assert.equal(judgeCluster(view, 2), 'c: brokers 1, 3')
  assert.throws(() => judgeCluster(view, 3), { message: '2 of 3 brokers serve: 1, 3' })
})

const NOW = Date.parse('2026-01-01T00:00:00Z')

/** The first leads. */
function quorumOf(...behindMs: readonly (number | null)[]): Quorum {
  return {
    leader_id: 1, leader_epoch: 1, high_watermark: 5,
    voters: behindMs.map((each, index) => (
      { node_id: index + 1, log_end_offset: 5, lag: 0, caught_up_at: each === null ? null : new Date(NOW - each).toISOString() })),
  }
}

test('a quorum has a leader, and voters that follow it', () => {
  const quorum = quorumOf(0, 500, 400)
  assert.equal(judgeQuorum(quorum, 3), 'controller 1 leads, voters 1, 2, 3')
  assert.throws(() => judgeQuorum(null, 1), /no controller quorum/)
  assert.throws(() => judgeQuorum({ ...quorum, leader_id: -1 }, 3), { message: 'no controller is elected' })
  assert.throws(() => judgeQuorum({ ...quorum, voters: quorum.voters.slice(1) }, 3), { message: '2 of 3 voters: 2, 3' })
  assert.throws(() => judgeQuorum(quorumOf(0, 51_000, null), 3),
    { message: 'controller 1 leads, but voters don\'t follow: 2 (for 51 s), 3 (not since the election)' })
})
