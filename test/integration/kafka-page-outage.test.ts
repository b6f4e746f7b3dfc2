// Runs alone: it kills and freezes brokers, and looks at how long answers take.
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { KafkaCluster as Cluster, KafkaMessages, KafkaTopic } from '../../src/contract/kafka-api.ts'
import { createKafkaProducer } from '../../src/kafka/producer.ts'
import { ensureTopics } from '../../src/kafka/topics.ts'
import { startKafkaCluster } from '../../src/local/kafka/cluster.ts'
import type { KafkaCluster } from '../../src/local/kafka/cluster.ts'
import { eventually } from '../harness/eventually.ts'
import { testDatabase } from '../harness/plant.ts'
import { assertDescribed, startClient } from './monitoring-client.ts'
import type { Answer, MonitoringClient } from './monitoring-client.ts'

/** Each partition on one broker, so that a broker's death leaves some without a leader. */
const SINGLE = { name: 'single', partitions: 6, replication: 1, configs: {} }
const DOUBLE = { name: 'double', partitions: 3, replication: 2, configs: {} }
const PATHS = ['cluster', 'topics', 'groups', 'messages?topic=single'].map((name) => `/api/kafka/${name}`)
const LONGEST_ANSWER_MS = 8_500

let cluster: KafkaCluster

before(async () => {
  cluster = await startKafkaCluster({ dir: mkdtempSync(join(tmpdir(), 'kafka-page-outage-')), brokers: 3 })
  await ensureTopics({ brokers: cluster.brokers, clientId: 'test' }, [SINGLE, DOUBLE])
  const producer = createKafkaProducer({ brokers: cluster.brokers, clientId: 'test' })
  await producer.send(Array.from({ length: 60 }, (_, index) => ({ topic: SINGLE.name, partition: index % 6, value: Buffer.from(String(index)) })))
  await producer.close()
})
after(() => cluster.remove())

async function askAll(api: MonitoringClient): Promise<Answer[]> {
  const answers = await Promise.all(PATHS.map((path) => api.get(path)))
  for (const [index, { status, body, tookMs }] of answers.entries()) {
    const path = PATHS[index]?.split('?', 1)[0] ?? ''
    assert.ok(status === 200 || status === 503, `${path}: ${status} ${JSON.stringify(body)}`)
    assert.ok(tookMs < LONGEST_ANSWER_MS, `${path} took ${tookMs} ms`)
    await assertDescribed(api.url, path, status, body)
  }
  return answers
}

async function clusterWhen(api: MonitoringClient, isSo: (told: Cluster) => boolean): Promise<Cluster> {
  const begunMs = performance.now()
  for (;;) {
    const [first] = await askAll(api)
    if (first?.status === 200 && isSo(first.body as Cluster)) return first.body as Cluster
    assert.ok(performance.now() - begunMs < 40_000, JSON.stringify(first?.body))
    await sleep(200)
  }
}

describe('a broker', () => {
  test('that is killed is said, with the partitions that it takes along; all the rest is still told', async (t) => {
    const { databaseUrl } = await testDatabase(t)
    const api = await startClient(t, databaseUrl, { brokers: cluster.brokers })
    await api.get('/health')
    await clusterWhen(api, ({ ok }) => ok)
    await cluster.killBroker(2)
    const told = await clusterWhen(api, ({ brokers }) => brokers[1]?.status === 'down')
    assert.match(told.verdict, /^2 of 3 brokers; 2 partitions without a leader: single \d, \d; broker 2 down; /)
    assert.deepEqual([told.ok, told.brokers[1]?.address, told.brokers[1]?.disk_bytes], [false, null, null])
    assert.match(told.reasons.at(-1) ?? '', /not fully in sync: .*double/)

    const singleOf = (told: readonly KafkaTopic[]): KafkaTopic => told.find(({ topic }) => topic === SINGLE.name) ?? assert.fail()
    const leaderless = (told: readonly KafkaTopic[]): number => singleOf(told).partitions.filter(({ leader }) => leader === null).length
    // Another answer, which may be a second older than the cluster's.
    const topics = await eventually(() => api.read<KafkaTopic[]>('/api/kafka/topics'), (found) => leaderless(found) === 2, 5_000)
    const single = singleOf(topics)
    assert.deepEqual([single.messages, leaderless(topics)], [null, 2])
    assert.equal(single.partitions.filter(({ end_offset: end }) => end === 10).length, 4)
    assert.ok(topics.find(({ topic }) => topic === DOUBLE.name)?.partitions.every(({ leader, end_offset: end }) => leader !== null && end === 0))

    const page = await api.read<KafkaMessages>('/api/kafka/messages?topic=single&last=500')
    assert.equal(page.messages.length, 40)
    assert.deepEqual(page.failures.map(({ error }) => error), ['its leader does not answer, or it has none', 'its leader does not answer, or it has none'])
    const lost = page.failures[0]?.partition ?? assert.fail()
    const { status, body } = await api.get(`/api/kafka/message?topic=single&partition=${lost}&offset=0`)
    assert.deepEqual([status, body], [503, { error: `Kafka: partition ${lost} of single has no leader` }])

    await cluster.startBrokerAgain(2)
    const well = await clusterWhen(api, ({ ok }) => ok)
    assert.match(well.verdict, /^3 of 3 brokers, all 9 partitions in sync$/)
  })

  test('that is frozen holds up no answer for longer than it may', async (t) => {
    const { databaseUrl } = await testDatabase(t)
    const api = await startClient(t, databaseUrl, { brokers: cluster.brokers })
    await api.get('/health')
    await clusterWhen(api, ({ ok }) => ok)
    const pid = cluster.nodes.get(1)?.process.pid ?? assert.fail()
    process.kill(pid, 'SIGSTOP')
    try {
      await clusterWhen(api, ({ brokers }) => brokers[0]?.status === 'down')
      // Also of a service that starts now, and knows it as the first.
      const late = await startClient(t, databaseUrl, { brokers: cluster.brokers })
      await clusterWhen(late, ({ brokers }) => brokers[0]?.status === 'down')
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    await clusterWhen(api, ({ ok }) => ok)
  })

  test('all of them gone is 503 with the reason, and passes', async (t) => {
    const { databaseUrl } = await testDatabase(t)
    const api = await startClient(t, databaseUrl, { brokers: cluster.brokers })
    await api.get('/health')
    await clusterWhen(api, ({ ok }) => ok)
    await Promise.all([1, 2, 3].map((id) => cluster.killBroker(id)))
    await sleep(1_100)
    for (const { status, body } of await askAll(api)) {
      assert.equal(status, 503)
      assert.match((body as { error: string }).error, /^Kafka: /)
    }
    assert.deepEqual(await api.read('/health'), { status: 'healthy' })
    await Promise.all([1, 2, 3].map((id) => cluster.startBrokerAgain(id)))
    await clusterWhen(api, ({ ok }) => ok)
  })
})
