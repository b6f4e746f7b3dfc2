import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeConfigs, judgePartitions, judgeReplicas } from '../../../../src/cli/checks/topics.ts'

const WANTED = { name: 't', partitions: 2, replication: 2, configs: {} }
const GOOD = [
  { partition: 0, leader: 1, replicas: [1, 2], inSyncReplicas: [1, 2] },
  { partition: 1, leader: 2, replicas: [2, 3], inSyncReplicas: [3, 2] },
]

test('partitions and replicas are as many as they should be, as far as there are brokers', () => {
  assert.equal(judgePartitions(GOOD, WANTED, 3), '2 partitions, 2 replicas each')
  assert.throws(() => judgePartitions(GOOD.slice(1), WANTED, 3), { message: '1 partitions instead of 2' })
  const thin = GOOD.map((partition) => ({ ...partition, replicas: [1] }))
  assert.throws(() => judgePartitions(thin, WANTED, 3), { message: '2 replicas are wanted; partition 0 has 1, partition 1 has 1' })
  assert.equal(judgePartitions(thin, WANTED, 1), '2 partitions, 1 replica each')
})

test('each partition has a leader, and each replica is in sync', () => {
  assert.equal(judgeReplicas(GOOD), 'led by 1, 2; in sync on 1+2, 3+2')
  const bad = [
    { partition: 0, leader: null, replicas: [1, 2], inSyncReplicas: [] },
    { partition: 1, leader: 2, replicas: [2, 3], inSyncReplicas: [2] },
  ]
  assert.throws(() => judgeReplicas(bad), { message: 'partition 0 has no leader; partition 1: not in sync on broker 3' })
})

test('each setting is as it should be', () => {
  const wanted = { 'retention.ms': '7', 'min.insync.replicas': '1' }
  assert.equal(judgeConfigs(new Map(Object.entries(wanted)), wanted), 'retention.ms=7 min.insync.replicas=1')
  assert.throws(() => judgeConfigs(new Map([['retention.ms', '8']]), wanted), { message: 'retention.ms is 8, not 7; min.insync.replicas is not set, not 1' })
})
