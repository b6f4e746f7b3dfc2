import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { KafkaBroker, KafkaCluster } from '../../../src/contract/kafka-api.ts'
import { judgeCluster } from '../../../src/kafka/judge-cluster.ts'
import type { PartitionLayout, Topology } from '../../../src/kafka/topology.ts'

const NOW = Date.parse('2026-01-01T00:00:00Z')

const partition = (number: number, leader: number | null, replicas: number[], inSyncReplicas = replicas): PartitionLayout =>
  ({ partition: number, leader, replicas, inSyncReplicas })

function topology(topics: Record<string, PartitionLayout[]>): Topology {
  return {
    clusterId: 'c', controllerId: 1, brokers: new Map(),
    topics: new Map(Object.entries(topics).map(([topic, partitions]) => [topic, { topic, topicId: topic, internal: topic.startsWith('__'), partitions }])),
  }
}

const broker = (id: number, status: KafkaBroker['status'] = 'up'): KafkaBroker =>
  ({ broker_id: id, status, address: null, rack: null, partitions_led: 0, replicas_held: 0, replicas_in_sync: 0, disk_bytes: null })
const quorum = (leader: number, ages: readonly (number | null)[]): KafkaCluster['quorum'] => ({
  leader_id: leader, leader_epoch: 1, high_watermark: 9,
  voters: ages.map((ageMs, index) => ({ node_id: index + 1, log_end_offset: 9, lag: 0, caught_up_at: ageMs === null ? null : new Date(NOW - ageMs).toISOString() })),
})
const WELL = topology({ data: [partition(0, 1, [1, 2]), partition(1, 2, [2, 3])], __own: [partition(0, 1, [1, 2, 3])] })
const UP = [broker(1), broker(2), broker(3)]

describe('the verdict on a cluster', () => {
  test('is one line when all is well, with the partitions that are ours', () => {
    assert.deepEqual(judgeCluster(WELL, UP, quorum(1, [0, 500, 900]), NOW), { ok: true, verdict: '3 of 3 brokers, all 2 partitions in sync', reasons: [] })
    assert.equal(judgeCluster(WELL, UP, null, NOW).ok, true)
  })

  test('names what is wrong, the worst first', () => {
    const ill = topology({
      __own: [partition(0, 1, [1, 2, 3], [1, 3])], data: [partition(0, 1, [1, 2], [1]), partition(1, null, [2])],
    })
    const { ok, verdict, reasons } = judgeCluster(ill, [broker(1), broker(2, 'down'), broker(3)], quorum(1, [0, 60_000, 0]), NOW)
    assert.deepEqual([ok, reasons], [false, [
      '1 partition without a leader: data 1', 'broker 2 down', 'controller 2 silent', '2 partitions not fully in sync: data 0; __own 0',
    ]])
    assert.equal(verdict, `2 of 3 brokers; ${reasons.join('; ')}`)
  })

  test('knows a quorum without a leader, and a voter that was never heard of', () => {
    assert.deepEqual(judgeCluster(WELL, UP, quorum(-1, [null, null, null]), NOW).reasons, ['no active controller'])
    assert.deepEqual(judgeCluster(WELL, UP, quorum(2, [0, null, null]), NOW).reasons, ['controller 3 silent'])
  })

  test('stays short when much is wrong', () => {
    const many = topology(Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`t${index}`, [partition(0, null, [1])]])))
    assert.deepEqual(judgeCluster(many, UP, null, NOW).reasons, ['9 partitions without a leader: t0 0; t1 0; t2 0 and 6 more'])
  })
})
