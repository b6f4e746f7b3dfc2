import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeReadiness } from '../../../src/cli/kafka-readiness.ts'
import type { BrokerAnswer } from '../../../src/cli/kafka-readiness.ts'
import type { PartitionLayout, Topology } from '../../../src/kafka/topology.ts'

const LED = { partition: 0, leader: 1, replicas: [1, 2], inSyncReplicas: [1, 2] }
const QUORUM = { leader_id: 2, leader_epoch: 1, high_watermark: 5, voters: [] }

function answer(port: number, changes: Partial<NonNullable<BrokerAnswer['view']>> = {}): BrokerAnswer {
  const view = { clusterId: 'c', controllerId: 1, brokers: brokersOf(1, 2), topics: alerts(LED, { ...LED, partition: 1 }) }
  return { address: `h:${port}`, view: { ...view, ...changes } }
}

function brokersOf(...ids: readonly number[]): Topology['brokers'] {
  return new Map(ids.map((id) => [id, { host: 'h', port: id, rack: null }]))
}

function alerts(...partitions: readonly PartitionLayout[]): Topology['topics'] {
  return new Map([['alerts', { topic: 'alerts', topicId: 'x', internal: false, partitions }]])
}

test('ready is one cluster with a controller and leaders', () => {
  assert.deepEqual(judgeReadiness([answer(1), answer(2)], QUORUM, true), { ready: true, detail: 'brokers 1, 2, controller 2, topics alerts' })
  assert.deepEqual(judgeReadiness([answer(1, { topics: new Map() })], QUORUM, false), { ready: true, detail: 'brokers 1, 2, controller 2, no topic yet' })
})

test('what is missing is said', () => {
  const silent = { address: 'h:2', view: null }
  const alone = { brokers: brokersOf(1) }
  const leaderless = { topics: alerts(LED, { ...LED, partition: 1, leader: null }) }
  const cases: readonly (readonly [readonly BrokerAnswer[], typeof QUORUM | null, string])[] = [
    [[answer(1), silent], null, 'no answer from h:2'],
    [[answer(1), answer(2, { clusterId: 'd' })], QUORUM, 'the brokers are of 2 clusters: c, d'],
    [[answer(1, alone), answer(2)], QUORUM, '1 of 2 brokers have joined: 1'],
    [[answer(1), answer(2)], null, 'no controller is elected'],
    [[answer(1), answer(2)], { ...QUORUM, leader_id: -1 }, 'no controller is elected'],
    [[answer(1, leaderless), answer(2)], QUORUM, 'no leader: partition 1 of alerts'],
  ]
  for (const [answers, quorum, detail] of cases) assert.deepEqual(judgeReadiness(answers, quorum, true), { ready: false, detail })
  assert.equal(judgeReadiness([answer(1, alone), answer(2, alone)], QUORUM, false).ready, true, 'brokers of others may be more or fewer than their addresses')
})
