import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PartitionAssignment } from '../../src/contract/api.ts'
import type { StreamData } from '../../src/contract/stream.ts'
import { createKafkaProducer } from '../../src/kafka/producer.ts'
import { testDatabase, testPlant } from '../harness/plant.ts'
import { openPool, startClient } from './monitoring-client.ts'
import type { MonitoringClient } from './monitoring-client.ts'

async function partitionsWhen(api: MonitoringClient, isSo: (partitions: PartitionAssignment['partitions']) => boolean): Promise<PartitionAssignment['partitions']> {
  const begunMs = performance.now()
  for (;;) {
    const { partitions } = await api.read<PartitionAssignment>('/api/partition-assignment')
    if (isSo(partitions)) return partitions
    assert.ok(performance.now() - begunMs < 10_000, JSON.stringify(partitions))
    await sleep(100)
  }
}

describe("Kafka's side of the partitions", () => {
  test('is shown: leader, replicas, end of the log and lag, also before anything was consumed', async (t) => {
    const { brokers, topics, databaseUrl } = await testPlant(t)
    const api = await startClient(t, databaseUrl, { brokers, topic: topics.sensor })
    const empty = await partitionsWhen(api, (partitions) => partitions.length === 3)
    assert.deepEqual(empty.map(({ log_end_offset: end, next_offset: next, lag, owner }) => [end, next, lag, owner]), [[0, null, null, null], [0, null, null, null], [0, null, null, null]])
    for (const { leader, replicas, in_sync_replicas: inSync } of empty) {
      assert.equal(replicas.length, 2)
      assert.ok(leader !== null && replicas.includes(leader) && inSync.includes(leader))
    }

    const producer = createKafkaProducer({ brokers, clientId: 'test' })
    t.after(() => producer.close())
    await producer.send(Array.from({ length: 10 }, () => ({ topic: topics.sensor, partition: 1, value: Buffer.from('x') })))
    const db = openPool(t, databaseUrl)
    await db.query(`insert into partition_log (topic, topic_id, partition, first_offset, next_offset, stored) values ($1, gen_random_uuid(), 1, 0, 4, 4)`, [topics.sensor])
    const [, second] = await partitionsWhen(api, (partitions) => partitions[1]?.log_end_offset === 10)
    assert.deepEqual([second?.next_offset, second?.lag], [4, 6])
  })

  test('is null while Kafka does not answer, which the stream says; everything else works', async (t) => {
    const { databaseUrl } = await testDatabase(t)
    const api = await startClient(t, databaseUrl, { brokers: ['127.0.0.1:1'] })
    const db = openPool(t, databaseUrl)
    await db.query(`insert into partition_log (topic, topic_id, partition, first_offset, next_offset, stored) values ('sensor-data', gen_random_uuid(), 0, 0, 4, 4)`)
    const { events } = await api.listen()
    const health = async (): Promise<StreamData['health']> => {
      for (let tries = 0; tries < 400; tries++) {
        const last = events.findLast(({ event }) => event === 'health')?.data as StreamData['health'] | undefined
        if (last?.kafka.status === 'unhealthy') return last
        await sleep(20)
      }
      return assert.fail('the stream does not say that Kafka is away')
    }
    const { status, kafka } = await health()
    assert.deepEqual([status, kafka.status], ['healthy', 'unhealthy'])
    assert.equal(kafka.reason, 'Cannot connect to any broker')
    const { partitions } = await api.read<PartitionAssignment>('/api/partition-assignment')
    assert.deepEqual(partitions.map(({ next_offset: next, log_end_offset: end, lag, leader }) => [next, end, lag, leader]), [[4, null, null, null]])
    assert.deepEqual(await api.read('/health'), { status: 'healthy' })
  })
})
