import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Producer } from '@platformatic/kafka'
import type { KafkaCluster, KafkaGroups, KafkaMessage, KafkaMessages, KafkaTopic } from '../../src/contract/kafka-api.ts'
import { joinGroup } from '../../src/kafka/membership.ts'
import { createKafkaProducer } from '../../src/kafka/producer.ts'
import type { KafkaProducer } from '../../src/kafka/producer.ts'
import { testDatabase, testTopics } from '../harness/plant.ts'
import type { Owner } from '../harness/plant.ts'
import { assertDescribed, openPool, startClient } from './monitoring-client.ts'
import type { MonitoringClient } from './monitoring-client.ts'

// The paths of the Kafka page on a real cluster, as a program sees them.

const value = (text: string): Buffer => Buffer.from(text)
const offsetsOf = (messages: readonly KafkaMessage[]): number[] => messages.map(({ offset }) => offset)
const placesOf = (messages: readonly KafkaMessage[]): string[] => messages.map(({ partition, offset }) => `${partition}:${offset}`)

interface Plant {
  readonly api: MonitoringClient
  readonly topic: string
  readonly deadLetterTopic: string
  readonly group: string
  readonly brokers: readonly string[]
  readonly databaseUrl: string
  readonly producer: KafkaProducer
  messages(query: string): Promise<KafkaMessages>
  /** So many, `0`, `1` and so on, into the partition. */
  fill(partition: number, count: number): Promise<void>
}

async function plantOf(owner: Owner): Promise<Plant> {
  const [{ brokers, topics, group }, { databaseUrl }] = await Promise.all([testTopics(), testDatabase(owner)])
  const api = await startClient(owner, databaseUrl, { brokers, topic: topics.sensor })
  // The database is dropped before the service is closed, which must have seen it by then.
  await api.get('/health')
  const producer = createKafkaProducer({ brokers, clientId: 'test' })
  owner.after(() => producer.close())
  return {
    api, brokers, databaseUrl, producer, group, topic: topics.sensor, deadLetterTopic: topics.deadLetter,
    messages: (query) => api.read(`/api/kafka/messages?topic=${topics.sensor}&${query}`),
    fill: (partition, count) => producer.send(Array.from({ length: count }, (_, index) => ({ topic: topics.sensor, partition, value: value(String(index)) }))),
  }
}

async function within<T>(what: string, ms: number, attempt: () => Promise<T | undefined>): Promise<T> {
  const begunMs = performance.now()
  for (;;) {
    const result = await attempt()
    if (result !== undefined) return result
    assert.ok(performance.now() - begunMs < ms, what)
    await sleep(50)
  }
}

describe('the cluster, its topics and its groups', () => {
  test('are told with all that is known of them', async (t) => {
    const { api, topic, fill, messages } = await plantOf(t)
    await fill(1, 12)
    const cluster = await api.read<KafkaCluster>('/api/kafka/cluster')
    assert.match(cluster.verdict, /^3 of 3 brokers, all \d+ partitions in sync$/)
    assert.deepEqual([cluster.ok, cluster.reasons, cluster.brokers.map(({ broker_id: id, status }) => [id, status])], [true, [], [[1, 'up'], [2, 'up'], [3, 'up']]])
    for (const { disk_bytes: disk, replicas_held: held, replicas_in_sync: inSync } of cluster.brokers) assert.ok(disk !== null && held === inSync)
    assert.ok(cluster.brokers.some(({ disk_bytes: disk }) => (disk ?? 0) > 100))
    assert.equal(cluster.controller_id, cluster.quorum?.leader_id)
    assert.deepEqual(cluster.quorum?.voters.map(({ node_id: id, lag }) => [id, lag !== null]), [[1, true], [2, true], [3, true]])

    const told = await within('the topic is told with its messages', 5_000, async () =>
      (await api.read<KafkaTopic[]>('/api/kafka/topics')).find((each) => each.topic === topic && each.messages === 12))
    assert.deepEqual(
      [told.internal, told.replication, told.retention_ms, told.min_in_sync_replicas, told.max_message_bytes, told.cleanup_policy],
      [false, 2, 7 * 86_400_000, 1, 4 * 1024 * 1024, 'delete'])
    const { leader, replicas, in_sync_replicas: inSync, first_offset: first, end_offset: end, size_bytes: size } = told.partitions[1] ?? assert.fail()
    assert.deepEqual([first, end, replicas.length, inSync.length], [0, 12, 2, 2])
    assert.ok(leader !== null && replicas.includes(leader) && size !== null && size > 100)
    assert.deepEqual((await messages('partition=1')).partitions[1], { partition: 1, first_offset: 0, end_offset: 12 })
  })

  test('groups have their members with partitions, and the lag of each partition; to ask makes no group', async (t) => {
    const { api, topic, group, brokers, fill, messages } = await plantOf(t)
    await fill(0, 10)
    const member = await joinGroup({ brokers, clientId: 'member-1' }, {
      group, topic, sessionTimeoutMs: 6_000, onRebalance: () => {}, onAssigned: () => {}, onRetry: () => {}, onFailed: (error) => assert.fail(error as Error),
    })
    t.after(() => member.leave())
    await member.hintOffsets([{ partition: 0, nextOffset: 4 }])
    await messages('last=5')
    const told = await within('the group is told', 5_000, async () =>
      (await api.read<KafkaGroups>('/api/kafka/groups')).groups.find((each) => each.group === group && each.offsets.length === 3 && each.lag === null))
    assert.deepEqual([told.state, told.protocol, told.group_type.toLowerCase()], ['Stable', 'roundrobin', 'classic'])
    const [only] = told.members
    assert.deepEqual([only?.client_id, only?.host, only?.assignments], ['member-1', '127.0.0.1', [{ topic, partitions: [0, 1, 2] }]])
    assert.deepEqual(told.offsets, [0, 1, 2].map((partition) => ({
      topic, partition, member_id: only?.member_id, committed_offset: partition === 0 ? 4 : null, end_offset: partition === 0 ? 10 : 0, lag: partition === 0 ? 6 : null,
    })))
    const { groups, silent_brokers: silent } = await api.read<KafkaGroups>('/api/kafka/groups')
    assert.deepEqual(groups.filter((each) => each.group.startsWith('monitoring')), [])
    assert.deepEqual(silent, [])
  })

  test('many viewers cost no more than one: while messages come, all are told the same for a second', async (t) => {
    const { api, topic, fill } = await plantOf(t)
    let sending = true
    const sends = (async () => { while (sending) await fill(0, 1) })()
    const begunMs = performance.now()
    const told: (number | null | undefined)[] = []
    for (let viewer = 0; viewer < 150; viewer++) {
      told.push((await api.read<KafkaTopic[]>('/api/kafka/topics')).find((each) => each.topic === topic)?.messages)
    }
    const tookS = (performance.now() - begunMs) / 1_000
    sending = false
    await sends
    const readings = new Set(told).size
    t.diagnostic(`150 answers in ${tookS.toFixed(1)} s were made of ${readings} readings`)
    assert.ok(readings <= tookS + 2, `${readings} readings in ${tookS} s`)
  })
})

describe('messages', () => {
  const cleanUps: (() => void | Promise<void>)[] = []
  let plant: Plant
  let midMs = 0
  before(async () => {
    plant = await plantOf({ after: (cleanUp) => { cleanUps.push(cleanUp) } })
    await plant.fill(0, 30)
    await sleep(50)
    midMs = Date.now()
    await sleep(50)
    await plant.fill(1, 20)
    await plant.fill(0, 10)
  })
  after(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp()
  })

  test('the newest come first, over all partitions; older and newer read on without gap or overlap', async () => {
    const { messages } = plant
    let page = await messages('last=25')
    assert.equal(page.messages.length, 25)
    assert.deepEqual([page.messages[0]?.partition, page.messages[0]?.offset], [0, 39])
    const times = page.messages.map(({ timestamp }) => timestamp)
    assert.deepEqual(times, times.toSorted().reverse())
    const { newer } = page
    const all = placesOf(page.messages)
    while (page.older !== null) {
      page = await messages(`before=${page.older}&limit=25`)
      all.push(...placesOf(page.messages))
    }
    assert.deepEqual(all.toSorted(), [...Array.from({ length: 40 }, (_, offset) => `0:${offset}`), ...Array.from({ length: 20 }, (_, offset) => `1:${offset}`)].toSorted())
    await plant.producer.send([{ topic: plant.topic, partition: 2, value: value('late') }])
    assert.deepEqual(placesOf((await messages(`after=${newer}`)).messages), ['2:0'])
  })

  test('from an offset they come in the order of the log, to its end', async () => {
    const { messages } = plant
    const page = await messages('partition=0&offset=5&limit=30')
    assert.deepEqual(offsetsOf(page.messages), Array.from({ length: 30 }, (_, index) => 5 + index))
    assert.deepEqual([page.older, page.newer, page.searched], ['0:5', '0:35', { messages: 30, complete: true }])
    const rest = await messages(`after=${page.newer}`)
    assert.deepEqual([offsetsOf(rest.messages), rest.newer], [[35, 36, 37, 38, 39], '0:40'])
    assert.deepEqual(offsetsOf((await messages(`before=${page.older}`)).messages), [4, 3, 2, 1, 0])
    assert.deepEqual((await messages('partition=0&offset=1000')).messages, [])
  })

  test('from a time on: the first that is not older', async () => {
    const page = await plant.messages(`time=${new Date(midMs).toISOString()}&limit=500`)
    const later = [...Array.from({ length: 20 }, (_, offset) => `1:${offset}`), ...Array.from({ length: 10 }, (_, index) => `0:${30 + index}`)]
    assert.deepEqual(placesOf(page.messages).slice(0, 30).toSorted(), later.toSorted())
    assert.deepEqual((await plant.messages('time=2999-01-01T00:00:00Z')).messages, [])
    assert.equal((await plant.messages('time=1969-12-31T23:59:59Z&limit=500')).messages.length, page.messages.length + 30)
  })

  test('a search looks into key, value and headers, whatever the case', async () => {
    await plant.producer.send([
      { topic: plant.topic, partition: 2, key: value('Needle-key'), value: value('x') },
      { topic: plant.topic, partition: 2, value: value('{"word":"NEEDLE"}') },
      { topic: plant.topic, partition: 2, value: value('y'), headers: [[value('why'), value('a needle')]] },
      { topic: plant.topic, partition: 2, value: Buffer.concat([Buffer.from([0xff]), value('needle')]) },
    ])
    const page = await plant.messages('search=needle')
    assert.equal(page.messages.length, 4)
    assert.ok(page.messages.every(({ partition }) => partition === 2))
    assert.equal(page.searched.complete, true)
    assert.equal((await plant.messages('search=needle&time=1970-01-01T00:00:00Z')).messages.length, 4)
  })

  test('an unknown topic or partition, and an offset without a message, are 404', async () => {
    const { api, topic } = plant
    assert.deepEqual((await api.get('/api/kafka/messages?topic=no-such-topic')).body, { error: 'there is no topic "no-such-topic"' })
    for (const query of ['messages?topic=no-such-topic', `messages?topic=${topic}&partition=3`, 'tail?topic=no-such-topic', `message?topic=${topic}&partition=0&offset=99999`]) {
      const { status, body } = await api.get(`/api/kafka/${query}`)
      assert.equal(status, 404, query)
      await assertDescribed(api.url, `/api/kafka/${query.split('?', 1)[0]}`, 404, body)
    }
    assert.deepEqual((await api.get(`/api/kafka/message?topic=${topic}&partition=0&offset=99999`)).body, { error: `partition 0 of ${topic} has no message at offset 99999` })
  })

  test("Kafka's own topics can be looked at, too", async () => {
    const topics = await plant.api.read<KafkaTopic[]>('/api/kafka/topics')
    const internal = topics.find((each) => each.internal)
    assert.ok(internal !== undefined)
    await plant.api.read<KafkaMessages>(`/api/kafka/messages?topic=${internal.topic}&last=5`)
  })
})

describe('what is not plain text', () => {
  test('is base64; what is large is cut, never within a character, and there as a whole on demand', async (t) => {
    const { api, topic, producer, messages } = await plantOf(t)
    // Without a y: of 100,000 bytes by chance one in 170 has three of them in a row, and is found, too.
    const bytes = Buffer.from(randomBytes(100_000).map((byte) => (byte === 0x79 ? 0 : byte)))
    const long = `${'x'.repeat(64 * 1024 - 1)}€${'y'.repeat(3_000_000)}`
    await producer.send([{ topic, partition: 0, key: Buffer.from([0xff, 0]), value: bytes }])
    await producer.send([{ topic, partition: 0, value: value(long) }])
    await producer.send([{ topic, partition: 0, key: value('gone'), value: null }])
    await producer.send([{ topic, partition: 0, value: Buffer.alloc(0) }])
    const [empty, gone, cut, binary] = (await messages('last=4')).messages
    assert.deepEqual([empty?.value?.text, empty?.value?.size_bytes, gone?.value, gone?.key?.text], ['', 0, null, 'gone'])
    assert.deepEqual(cut?.value, { encoding: 'utf8', text: 'x'.repeat(64 * 1024 - 1), size_bytes: long.length + 2, truncated: true })
    assert.deepEqual(binary?.key, { encoding: 'base64', text: '/wA=', size_bytes: 2, truncated: false })
    assert.deepEqual(binary?.value, { encoding: 'base64', text: bytes.subarray(0, 64 * 1024).toString('base64'), size_bytes: 100_000, truncated: true })
    const whole = async (offset: number): Promise<KafkaMessage> => api.read(`/api/kafka/message?topic=${topic}&partition=0&offset=${offset}`)
    assert.equal((await whole(1)).value?.text, long)
    assert.deepEqual((await whole(0)).value, { encoding: 'base64', text: bytes.toString('base64'), size_bytes: 100_000, truncated: false })
    assert.equal((await messages('search=yyy')).messages.length, 1)
  })

  test('an answer is not larger than it may be: what does not fit is read on', async (t) => {
    const { topic, producer, messages } = await plantOf(t)
    // 200 values of 64 KiB are 13 MB; an answer takes 8.
    for (let round = 0; round < 4; round++) {
      await producer.send(Array.from({ length: 50 }, () => ({ topic, partition: 0, value: Buffer.alloc(64 * 1024, 'z') })))
    }
    let page = await messages('last=500')
    const offsets = offsetsOf(page.messages)
    assert.ok(offsets.length > 0 && offsets.length < 150, `${offsets.length} messages`)
    while (page.older !== null) {
      page = await messages(`before=${page.older}&limit=500`)
      offsets.push(...offsetsOf(page.messages))
    }
    assert.deepEqual(offsets, Array.from({ length: 200 }, (_, index) => 199 - index))
  })

  test('transaction markers are left out, and the log goes on behind them', async (t) => {
    const { topic, brokers, messages } = await plantOf(t)
    const producer = new Producer({ clientId: 'test', bootstrapBrokers: [...brokers], transactionalId: `${topic}-tx`, idempotent: true, retries: 20, retryDelay: 100 })
    t.after(() => producer.close())
    for (const end of ['commit', 'abort', 'commit'] as const) {
      const transaction = await producer.beginTransaction()
      await transaction.send({ messages: [{ topic, partition: 0, key: value('k'), value: value(end) }] })
      await transaction[end]()
    }
    // Each is followed by a marker: 0, 2 and 4.
    const newest = await messages('last=10')
    assert.deepEqual(offsetsOf(newest.messages), [4, 2, 0])
    assert.deepEqual([newest.older, newest.partitions[0]], [null, { partition: 0, first_offset: 0, end_offset: 6 }])
    assert.deepEqual(offsetsOf((await messages('partition=0&offset=1')).messages), [2, 4])
    // The end is a marker.
    const end = await messages('partition=0&offset=5')
    assert.deepEqual([end.messages, end.newer], [[], '0:6'])
    assert.deepEqual(offsetsOf((await messages('before=0:4&limit=1')).messages), [2])
  })
})

describe('limits', () => {
  test('a search ends at its limit, says so, and goes on from there', async (t) => {
    const { topic, producer, messages } = await plantOf(t)
    await producer.send([{ topic, partition: 0, value: value('the needle') }])
    for (let round = 0; round < 5; round++) {
      await producer.send(Array.from({ length: 15_000 }, () => ({ topic, partition: 0, value: value('hay'.padEnd(60, '-')) })))
    }
    let page = await messages('partition=0&search=needle')
    assert.deepEqual([page.messages, page.searched.complete], [[], false])
    // Three partitions may be asked for; one alone has the whole budget. What was begun is brought to its end.
    assert.ok(page.searched.messages <= 55_000, `${page.searched.messages} searched`)
    for (let rounds = 0; page.messages.length === 0; rounds++) {
      assert.ok(rounds < 20 && page.older !== null, 'the search goes on to its find')
      page = await messages(`before=${page.older}&search=needle`)
    }
    assert.deepEqual([offsetsOf(page.messages), page.older], [[0], null])
    const forward = await messages('partition=0&offset=1&search=needle')
    assert.equal(forward.searched.complete, false)
  })

  test('who asks while too many read is refused at once, and served a moment later', async (t) => {
    const { api, topic, fill } = await plantOf(t)
    await fill(0, 10)
    const answers = await Promise.all(Array.from({ length: 30 }, () => api.get(`/api/kafka/messages?topic=${topic}&search=nothing`)))
    const refused = answers.filter(({ status }) => status === 503)
    assert.ok(refused.length > 0 && refused.length <= 26, `${refused.length} were refused`)
    assert.deepEqual(refused[0]?.body, { error: '4 others are reading messages just now; try again' })
    assert.equal((await api.get(`/api/kafka/messages?topic=${topic}`)).status, 200)
  })
})

describe('dead letters', () => {
  test('are counted by reason, the most frequent first', async (t) => {
    const { api, topic, deadLetterTopic, databaseUrl } = await plantOf(t)
    const empty = await within('the schema is there', 5_000, async () => ((await api.get('/api/kafka/dead-letters')).status === 200 ? api.read('/api/kafka/dead-letters') : undefined))
    assert.deepEqual(empty, {
      topic: deadLetterTopic, total: 0, counted: 0, by_reason: [],
      replay: { replayable: 0, waiting: 0, stored: 0, duplicates: 0, refused: 0, failed: 0 },
    })
    const db = openPool(t, databaseUrl)
    await db.query(`insert into partition_log (topic, topic_id, partition, first_offset, next_offset, dead_lettered)
      values ($1, gen_random_uuid(), 0, 0, 9, 3), ('other', gen_random_uuid(), 0, 0, 9, 1)`, [topic])
    await db.query(`insert into dead_letter (log_key, kafka_offset, reason, detail, detected_by, created_at)
      select log_key, n, case when n < 2 then 'not_json' else 'empty' end, 'detail ' || n, 'c', '2026-01-01T00:00:00Z'::timestamptz + n * interval '1 s'
      from partition_log, generate_series(0, 2) n where topic = $1`, [topic])
    const told = await within('they are told', 8_000, async () => {
      const answer = await api.read<{ total: number }>('/api/kafka/dead-letters')
      return answer.total === 3 ? answer : undefined
    })
    assert.deepEqual(told, {
      topic: deadLetterTopic, total: 3, counted: 3,
      by_reason: [
        { reason: 'not_json', count: 2, newest_at: '2026-01-01T00:00:01.000Z', example: 'detail 1', replayable: 2 },
        { reason: 'empty', count: 1, newest_at: '2026-01-01T00:00:02.000Z', example: 'detail 2', replayable: 1 },
      ],
      replay: { replayable: 3, waiting: 0, stored: 0, duplicates: 0, refused: 0, failed: 0 },
    })
  })
})
