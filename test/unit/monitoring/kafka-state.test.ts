import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PartitionState } from '../../../src/kafka/topic-reader.ts'
import { watchKafka } from '../../../src/monitoring/kafka-state.ts'
import type { KafkaState } from '../../../src/monitoring/kafka-state.ts'
import { createLog } from '../../../src/runtime/log.ts'
import type { Owner } from '../../harness/plant.ts'

const PARTITION: PartitionState = { partition: 0, logEndOffset: 5, leader: 1, replicas: [1], inSyncReplicas: [1] }

function watch(owner: Owner, read: () => Promise<readonly PartitionState[]>): { state: KafkaState, changes: string[] } {
  const changes: string[] = []
  const state = watchKafka({ read, close: async () => {} }, createLog('test', 'silent'), {
    intervalMs: 10, timeoutMs: 50, onHealthChange: () => { changes.push(state.health.status) },
  })
  owner.after(() => state.close())
  return { state, changes }
}

describe("Kafka's state", () => {
  test('is unknown, then what the cluster says', async (t) => {
    const { state } = watch(t, async () => [PARTITION])
    assert.equal(state.health.status, 'unknown')
    await sleep(20)
    assert.equal(state.health.status, 'healthy')
    assert.deepEqual([...state.partitions], [[0, PARTITION]])
  })

  test('is not shown any more when Kafka fails or hangs, and comes back', async (t) => {
    let answer: () => Promise<readonly PartitionState[]> = async () => [PARTITION]
    const { state, changes } = watch(t, () => answer())
    await sleep(20)
    answer = () => Promise.reject(new Error('refused'))
    await sleep(40)
    assert.deepEqual([state.health.reason, state.partitions.size], ['refused', 0])
    const { since } = state.health
    answer = () => sleep(100, [])
    await sleep(90)
    assert.deepEqual([state.health.status, state.health.reason, state.health.since], ['unhealthy', 'no answer within 50 ms', since])
    answer = async () => [PARTITION]
    await sleep(150)
    assert.deepEqual([state.health.status, state.partitions.size], ['healthy', 1])
    assert.deepEqual(changes, ['healthy', 'unhealthy', 'unhealthy', 'healthy'])
  })

  test('does not hold up the stop while it hangs', async () => {
    const state = watchKafka({ read: () => new Promise(() => {}), close: async () => {} }, createLog('test', 'silent'))
    const begunMs = performance.now()
    await state.close()
    assert.ok(performance.now() - begunMs < 1_000)
  })
})
