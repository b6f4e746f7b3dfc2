import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import { Admin } from '@platformatic/kafka'
import { createReplayArrivals } from '../../src/consumer/replay-arrivals.ts'
import { REPLAY_HEADER } from '../../src/contract/replay-header.ts'
import type { ReplayAnswer } from '../../src/contract/kafka-api.ts'
import { MAX_MESSAGE_BYTES } from '../../src/contract/topics.ts'
import type { LogRecord } from '../../src/kafka/log-slice.ts'
import { createBinaryCopy } from '../../src/postgres/binary-copy.ts'
import { readReplayedLetters } from '../../src/postgres/replay-outcomes.ts'
import { FencedError, reserveBatchIds, writeBatch } from '../../src/postgres/write-batch.ts'
import type { WriteBatch } from '../../src/postgres/write-batch.ts'
import { chunkOf } from '../harness/chunk-of.ts'
import { startAccess } from './access-client.ts'
import { eventually, reading } from './consumer-bench.ts'
import { OLD, PATIENT, assertBalanced, replayBench, storedValues, unnumbered } from './replay-bench.ts'
import { readMessages } from './topic-messages.ts'

// Dead letters are replayed on a real cluster: through the API, the consumers, the topic and back.

test('after a fix dead letters are replayed by reason, with key and headers as they were, and stored once', async (t) => {
  const plant = await replayBench(t)
  const first = await plant.consumer('consumer-001')
  const topic = plant.plant.topics.sensor
  const headers = [[Buffer.from('trace'), Buffer.from([0xff, 0])], [Buffer.from('none'), null], [Buffer.from('trace'), Buffer.from('again')]] as const
  await plant.produce({ topic, partition: 1, key: Buffer.from('the-key'), value: Buffer.from(JSON.stringify(reading(1, { timestamp: OLD, value: 1 }))), headers })
  await plant.produce({ topic, partition: 2, value: Buffer.from(JSON.stringify(reading(2, { timestamp: OLD, value: 2 }))) })
  await plant.produce({ topic, partition: 2, value: Buffer.from('no reading') })
  await plant.produce({ topic, partition: 2, key: null, value: null })
  await plant.consumed(4)
  assert.deepEqual(await plant.told(), { replayable: 4, waiting: 0, stored: 0, duplicates: 0, refused: 0, failed: 0 })
  await first.close()

  assert.deepEqual(await plant.request({ reason: 'older_than_retention' }), { requested: 2, remaining: 0 })
  assert.deepEqual(await plant.request({ reason: 'older_than_retention' }), { requested: 0, remaining: 0 })
  await plant.consumer('consumer-002', PATIENT)
  await plant.becomes({ '1:0': 'stored', '2:0': 'stored' })
  assert.deepEqual(await storedValues(plant), [1, 2])
  const [received, replayed] = await readMessages(plant.plant.brokers, topic, 1, 2)
  assert.deepEqual([replayed?.key, replayed?.value], [received?.key, received?.value])
  assert.deepEqual(replayed?.headers.slice(0, 3), headers)
  assert.match(replayed?.headers.map(([name, value]) => `${String(name)}=${String(value)}`)[3] ?? '', /^factory-replay=[0-9a-f-]{36}\/1\/0\/0$/)

  assert.deepEqual(await plant.request({ all: true }), { requested: 2, remaining: 0 })
  await plant.becomes({ '1:0': 'stored', '2:0': 'stored', '2:1': 'refused', '2:2': 'refused' })
  await plant.consumed(8)
  await eventually(async () => {
    assert.deepEqual(await plant.told(), { replayable: 2, waiting: 0, stored: 2, duplicates: 0, refused: 2, failed: 0 })
  })
  await assertBalanced(plant)
  const { rows } = await plant.pool.query(`select actor, target, detail from audit_log where action = 'dead_letters.replay' order by audit_id`)
  assert.deepEqual(rows, ['reason older_than_retention: 2 requested', 'reason older_than_retention: 0 requested', 'all: 2 requested'].map(
    (detail) => ({ actor: 'anna', target: topic, detail })))
})

test('requested by many at the same time, each is replayed once', async (t) => {
  const plant = await replayBench(t)
  const first = await plant.consumer('consumer-001')
  await plant.send(Array.from({ length: 300 }, (_, index) => unnumbered({ timestamp: OLD, value: index })))
  await plant.consumed(300)
  await first.close()
  // Of several services, each of which takes one at a time.
  const services = await Promise.all([1, 2, 3, 4].map(async () => startAccess(t, plant.plant.databaseUrl, { sensorTopic: plant.plant.topics.sensor })))
  const cookie = await services[0]?.login('anna')
  const answers = await Promise.all(services.map(async (service, index) =>
    service.ask('POST', '/api/kafka/dead-letters/replay', { cookie, body: index === 1 ? { reason: 'older_than_retention' } : { all: true } })))
  assert.deepEqual(answers.map(({ status }) => status), [202, 202, 202, 202])
  assert.equal(answers.reduce((sum, { body }) => sum + (body as ReplayAnswer).requested, 0), 300)
  await Promise.all([plant.consumer('consumer-002', PATIENT), plant.consumer('consumer-003', PATIENT)])
  await eventually(async () => {
    assert.deepEqual((await plant.pool.query('select outcome, count(*)::int from dead_letter_replay group by 1')).rows, [{ outcome: 'stored', count: 300 }])
  })
  assert.deepEqual(await storedValues(plant), Array.from({ length: 300 }, (_, index) => index))
  await assertBalanced(plant)
})

test('a replay that arrives many times, in one batch, in several, and in two partitions, is stored once', async (t) => {
  const plant = await replayBench(t)
  const first = await plant.consumer('consumer-001')
  await plant.send([unnumbered({ timestamp: OLD, value: 1 }), 'no reading', unnumbered({ timestamp: OLD, value: 3 })], 0)
  await plant.consumed(3)
  await first.close()
  await plant.request({ letters: [{ partition: 0, offset: 0 }, { partition: 0, offset: 1 }, { partition: 0, offset: 2 }] })
  // As if it had been sent before a crash, and never marked: it will be sent once more.
  await plant.sendReplay(0, [0, 0, 1])
  await plant.sendReplay(1, [0, 0, 2])
  await plant.sendReplay(2, [0, 1, 2, 0, 1, 2])
  await plant.consumer('consumer-002', { ...PATIENT, BATCH_MAX_READINGS: '2', BATCH_MAX_AGE_MS: '0' })
  await plant.consumer('consumer-003', { ...PATIENT, BATCH_MAX_READINGS: '2', BATCH_MAX_AGE_MS: '0' })
  await plant.becomes({ '0:0': 'stored', '0:1': 'refused', '0:2': 'stored' })
  await plant.sendReplay(0, [0, 1, 2])
  await plant.sendReplay(1, [0, 1, 2])
  await plant.send([unnumbered({ value: 7 })], 1)
  await eventually(async () => { assert.deepEqual(await storedValues(plant), [1, 3, 7]) })
  await eventually(async () => {
    const { rows } = await plant.pool.query(`select count(*)::int as letters, (select sum(duplicates)::int >= 15 from partition_log) as absorbed from dead_letter`)
    assert.deepEqual(rows, [{ letters: 4, absorbed: true }])
  })
  await assertBalanced(plant)
})

test('a batch that settles what is settled already is fenced, and writes nothing', async (t) => {
  const plant = await replayBench(t)
  await plant.consumer('consumer-001')
  await plant.send(['no reading'], 0)
  await plant.consumed(1)
  await plant.request({ all: true })
  await plant.becomes({ '0:0': 'refused' })
  const { rows } = await plant.pool.query<{ log_key: number, next_offset: number }>('select log_key, next_offset from partition_log where partition = 0')
  const { log_key: logKey, next_offset: next } = rows[0] ?? assert.fail()
  const [batchId = 0] = await reserveBatchIds(plant.pool, 1)
  const late: WriteBatch = {
    consumerId: 'late', readings: createBinaryCopy(), changes: [], deadLetters: createBinaryCopy(), epochs: [], snapshots: [], blocks: [], rollUp: null,
    replays: [{ logKey, offset: 0, outcome: 'stored' }],
    shares: [{ logKey, batchId, firstOffset: next, nextOffset: next + 1, stored: 1, deadLettered: 0, duplicates: 0, holes: 0, numbersStored: true, numbersMoved: 0, days: [] }],
  }
  await assert.rejects(writeBatch(plant.pool, late), FencedError)
  assert.deepEqual((await plant.pool.query(`select count(*)::int as batches from batch where consumer_id = 'late'`)).rows, [{ batches: 0 }])
})

test('what a batch settles is settled for the next message of it and for the batch after it, before it is in the database', async (t) => {
  const plant = await replayBench(t)
  const consumer = await plant.consumer('consumer-001')
  await plant.send(['no reading', 'nor this'], 0)
  await plant.consumed(2)
  await consumer.close()
  await plant.request({ all: true })
  const topic = plant.plant.topics.sensor
  await plant.sendReplay(0, [1, 1])
  await plant.sendReplay(1, [1])
  const [one, again, other] = await readMessages(plant.plant.brokers, topic, 1, 3)
  assert.ok(one !== undefined && again !== undefined && other !== undefined)
  const arrivals = createReplayArrivals(plant.pool, topic)
  const settled = async (...records: LogRecord[]): Promise<(boolean | undefined)[]> => {
    const replayed = await arrivals.recognise([chunkOf(1, records)])
    return records.map(({ offset }) => replayed.get(1)?.get(offset)?.settled)
  }
  assert.deepEqual(await settled(one, other, again), [false, false, true])
  assert.deepEqual(await settled(one, { ...other, headers: [] }), [true, undefined])
  // Nobody has written the first batch, so two batches later it counts as never arrived.
  assert.deepEqual(await settled(other), [false])
})

test('a header that somebody else wrote changes nothing: its message is stored as any other', async (t) => {
  const plant = await replayBench(t)
  const first = await plant.consumer('consumer-001')
  await plant.send([unnumbered({ timestamp: OLD, value: 1 }), unnumbered({ timestamp: OLD, value: 2 })], 0)
  await plant.consumed(2)
  await first.close()
  await plant.request({ letters: [{ partition: 0, offset: 1 }] })
  const topicId = (await plant.pool.query<{ topic_id: string }>('select topic_id from partition_log limit 1')).rows[0]?.topic_id
  const value = Buffer.from(JSON.stringify(unnumbered({ value: 100 })))
  const forged = [
    '', 'x', `${topicId}/0/0`, `${topicId}/0/0/99999999999999999999`, `${topicId}/4294967296/0/1`, `${topicId}/0/0/77`, `${topicId}/0/5/1`,
    `${topicId}/0/0/0`, '00000000-0000-4000-8000-000000000000/0/0/1', "'; drop table reading; --", '\u0000',
  ].map((text) => Buffer.from(text))
  for (const text of [...forged, null, Buffer.from([0xff, 0xfe])]) {
    await plant.produce({ topic: plant.plant.topics.sensor, partition: 0, value, headers: [[Buffer.from(REPLAY_HEADER), text]] })
  }
  // The right letter, but another value: it must not take the letter's place.
  await plant.sendReplay(1, [0, 1], value)
  await plant.consumer('consumer-002', PATIENT)
  await plant.becomes({ '0:1': 'stored' })
  await plant.consumed(2 + forged.length + 2 + 2 + 1)
  assert.deepEqual(await storedValues(plant), [2, ...Array.from({ length: forged.length + 4 }, () => 100)])
  await assertBalanced(plant)
})

test('what is refused again is a new dead letter, which can be replayed after the next fix', async (t) => {
  const plant = await replayBench(t)
  const first = await plant.consumer('consumer-001')
  await plant.send([reading(1, { timestamp: OLD })], 0)
  await plant.consumed(1)
  await plant.request({ all: true })
  await plant.becomes({ '0:0': 'refused' })
  await first.close()
  const { rows } = await plant.pool.query('select kafka_offset, reason from dead_letter order by kafka_offset')
  assert.deepEqual(rows, [0, 1].map((offset) => ({ kafka_offset: offset, reason: 'older_than_retention' })))
  assert.deepEqual(await plant.request({ letters: [{ partition: 0, offset: 0 }] }), { requested: 0, remaining: 0 })
  assert.deepEqual(await plant.request({ letters: [{ partition: 0, offset: 1 }, { partition: 0, offset: 1 }] }), { requested: 1, remaining: 0 })
  await plant.consumer('consumer-002', PATIENT)
  await plant.becomes({ '0:0': 'refused', '0:1': 'stored' })
  assert.deepEqual(await storedValues(plant), [25])
  const [, , last] = await readMessages(plant.plant.brokers, plant.plant.topics.sensor, 0, 3)
  assert.deepEqual(last?.headers.map(([name, value]) => `${String(name)} ${String(value).slice(-6)}`), [`${REPLAY_HEADER} /0/0/1`])
})

test('a reading that had come before is absorbed by its number', async (t) => {
  const plant = await replayBench(t)
  const first = await plant.consumer('consumer-001')
  await plant.send([reading(1, { timestamp: OLD }), reading(1)], 0)
  await plant.consumed(2)
  await first.close()
  await plant.request({ all: true })
  await plant.consumer('consumer-002', PATIENT)
  await plant.becomes({ '0:0': 'duplicate' })
  assert.equal((await storedValues(plant)).length, 1)
  await assertBalanced(plant)
})

test('a letter that Kafka does not take is told as failed, holds nothing up, and can be requested again', async (t) => {
  const plant = await replayBench(t)
  await plant.consumer('consumer-001')
  // At the limit of the topic, so that there is no room for one more header.
  await plant.send([Buffer.alloc(MAX_MESSAGE_BYTES - 90, 'x')], 0)
  await plant.send(['no reading'], 0)
  await plant.consumed(2)
  await plant.request({ all: true })
  await plant.becomes({ '0:0': null, '0:1': 'refused' })
  await eventually(async () => {
    assert.deepEqual(await plant.told(), { replayable: 2, waiting: 0, stored: 0, duplicates: 0, refused: 1, failed: 1 })
  })
  assert.deepEqual(await plant.request({ letters: [{ partition: 0, offset: 0 }] }), { requested: 1, remaining: 0 })
})

test('what was sent and lost with a part of the log, or belongs to a log or a partition that is gone, is sent again', async (t) => {
  const plant = await replayBench(t)
  const first = await plant.consumer('consumer-001')
  await plant.send([unnumbered({ timestamp: OLD, value: 1 }), unnumbered({ timestamp: OLD, value: 2 })], 0)
  await plant.consumed(2)
  await first.close()
  await plant.request({ all: true })
  // As if the topic had been replaced by one with fewer partitions, after one letter was sent: of the log that refused them nothing is left.
  const admin = new Admin({ clientId: 'test-admin', bootstrapBrokers: [...plant.plant.brokers] })
  t.after(() => admin.close())
  await admin.deleteRecords({ topics: [{ name: plant.plant.topics.sensor, partitions: [{ partition: 0, offset: 2n }] }] })
  await plant.pool.query(`update partition_log set topic_id = gen_random_uuid(), partition = 7 where partition = 0`)
  await plant.pool.query(`update partition_log set topic_id = gen_random_uuid() where partition <> 7`)
  await plant.pool.query(`update dead_letter_replay set sent_at = now() where kafka_offset = 1`)
  await plant.consumer('consumer-002', PATIENT)
  await plant.becomes({ '7:0': 'stored', '7:1': 'stored' })
  assert.deepEqual(await storedValues(plant), [1, 2])
})

test('a place with several dead letters is told by its topic and generation; one without is refused, and nothing is requested', async (t) => {
  const { pool, ask, request, plant } = await replayBench(t)
  const { rows } = await pool.query<{ log_key: number, topic_id: string }>(
    `insert into partition_log (topic, topic_id, partition, generation, first_offset, next_offset, dead_lettered)
     select $1, '00000000-0000-4000-8000-000000000001', 0, n, 0, 2, 2 from generate_series(0, 1) n returning log_key, topic_id`, [plant.topics.sensor])
  await pool.query(`insert into dead_letter (log_key, kafka_offset, reason, detail, detected_by)
    select log_key, n, 'not_json', 'x', 'c' from partition_log, generate_series(0, 1) n`)
  const requested = async (): Promise<unknown> => (await pool.query('select log_key, kafka_offset from dead_letter_replay order by 1, 2')).rows
  const [old, newest] = rows.map((row) => row.log_key)
  const unknown = await ask({ letters: [{ partition: 0, offset: 0 }, { partition: 0, offset: 5 }] })
  assert.deepEqual([unknown.status, unknown.body], [404, { error: 'there is no dead letter of partition 0 at offset 5' }])
  assert.deepEqual(await requested(), [])
  await request({ letters: [{ partition: 0, offset: 0 }] })
  await request({ letters: [{ partition: 0, offset: 1, topic_id: '00000000-0000-4000-8000-000000000001', generation: 0 }] })
  assert.deepEqual(await requested(), [{ log_key: old, kafka_offset: 1 }, { log_key: newest, kafka_offset: 0 }])
  for (const body of [{}, { all: false }, { all: true, reason: 'empty' }, { reason: 'a\u0000b' }, { letters: [] }, { letters: [{ partition: 0 }] }, { other: 1 }]) {
    assert.equal((await ask(body)).status, 400, JSON.stringify(body))
  }
  assert.deepEqual((await pool.query(`select count(*)::int from audit_log where action = 'dead_letters.replay'`)).rows, [{ count: 2 }])
})

test('a request for more than 50,000 takes so many and says what is left; all of them are found and told in time', async (t) => {
  const { pool, ask, request, told, plant } = await replayBench(t)
  await pool.query(`insert into partition_log (topic, topic_id, partition, first_offset, next_offset, dead_lettered)
     select $1, gen_random_uuid(), n, 0, 20000, 20000 from generate_series(0, 2) n`, [plant.topics.sensor])
  await pool.query(`insert into dead_letter (log_key, kafka_offset, reason, detail, message_value, detected_by)
    select log_key, n, case when n % 10 = 0 then 'empty' else 'not_json' end, 'x', decode(repeat('61', 350), 'hex'), 'c'
    from partition_log, generate_series(0, 19999) n`)
  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const begunMs = performance.now()
    const result = await work()
    t.diagnostic(`${what}: ${Math.round(performance.now() - begunMs)} ms`)
    return result
  }
  assert.deepEqual(await timed('6,000 by reason', () => request({ reason: 'empty' })), { requested: 6_000, remaining: 0 })
  assert.deepEqual(await timed('50,000 of 54,000', () => request({ all: true })), { requested: 50_000, remaining: 4_000 })
  assert.deepEqual(await timed('the others', () => request({ all: true })), { requested: 4_000, remaining: 0 })
  assert.equal((await timed('none', () => ask({ all: true }))).status, 202)
  assert.deepEqual(await timed('told', told), { replayable: 0, waiting: 60_000, stored: 0, duplicates: 0, refused: 0, failed: 0 })
  const topicId = (await pool.query<{ topic_id: string }>('select topic_id from partition_log where partition = 0')).rows[0]?.topic_id ?? ''
  const valueHash = hash('sha256', Buffer.alloc(350, 'a'), 'buffer')
  const letters = await timed('10,000 arrivals looked up', () => readReplayedLetters(pool, plant.topics.sensor,
    Array.from({ length: 10_000 }, (_, offset) => ({ letter: { topicId, partition: 0, generation: 0, offset }, valueSizeBytes: 350, valueHash }))))
  assert.ok(letters.every((letter, offset) => letter?.offset === offset && !letter.settled))
})
