import assert from 'node:assert/strict'
import { hash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { MAX_MESSAGE_BYTES } from '../../src/contract/topics.ts'
import { inTransaction } from '../../src/postgres/pool.ts'
import { readReplayedLetters } from '../../src/postgres/replay-outcomes.ts'
import type { SupposedReplay } from '../../src/postgres/replay-outcomes.ts'
import { eventually } from './consumer-bench.ts'
import { OLD, PATIENT, replayBench, storedValues, unnumbered } from './replay-bench.ts'

// What goes wrong with a replay, or is made to, must not hold up anything else. A right that Kafka doesn't give: secured-servers.test.ts.

test('whatever goes wrong with the replays, readings are stored, and the replays go on when it is mended', async (t) => {
  const plant = await replayBench(t)
  const first = await plant.consumer('consumer-001')
  await plant.send(['no reading'], 0)
  await plant.consumed(1)
  await first.close()
  await plant.request({ all: true })
  await plant.pool.query('alter table dead_letter_replay rename to somewhere_else')
  const second = await plant.consumer('consumer-002')
  let failure: unknown = null
  second.failed.catch((error: unknown) => { failure = error })
  await eventually(async () => {
    const { rows } = await plant.pool.query(
      `select from pg_stat_activity where application_name = 'consumer-002' and query like '%from dead_letter_replay%' and state = 'idle'`)
    assert.ok(rows.length > 0)
  })
  await plant.send([unnumbered({ value: 1 })], 0)
  await eventually(async () => { assert.deepEqual(await storedValues(plant), [1]) })
  assert.equal(failure, null)
  await plant.pool.query('alter table somewhere_else rename to dead_letter_replay')
  await plant.becomes({ '0:0': 'refused' })
})

test('10,000 messages that name one letter of 4 MiB are looked up at once, and none of them is taken for it unless it is', async (t) => {
  const { pool, plant } = await replayBench(t)
  const size = MAX_MESSAGE_BYTES - 200
  const { rows: [log] } = await pool.query<{ topic_id: string }>(
    `insert into partition_log (topic, topic_id, partition, first_offset, next_offset, dead_lettered)
     values ($1, gen_random_uuid(), 0, 0, 2, 2) returning topic_id`, [plant.topics.sensor])
  // Both kinds of storage outside the row: as it is, and compressed.
  const values = [randomBytes(size), Buffer.alloc(size, 'x')]
  for (const [offset, value] of values.entries()) {
    await pool.query(`insert into dead_letter (log_key, kafka_offset, reason, detail, message_value, detected_by)
      select log_key, $1, 'not_json', 'x', $2, 'c' from partition_log`, [offset, value])
  }
  await pool.query(`insert into dead_letter_replay (log_key, kafka_offset, requested_by) select log_key, kafka_offset, 'anna' from dead_letter`)
  const supposed = (offset: number, valueSizeBytes: number | null, valueHash: Buffer | null): SupposedReplay =>
    ({ letter: { topicId: log?.topic_id ?? '', partition: 0, generation: 0, offset }, valueSizeBytes, valueHash })
  const look = async (what: string, messages: readonly SupposedReplay[]): Promise<(number | null)[]> => {
    const begunMs = performance.now()
    // To hash it for each of them would take minutes.
    const found = await inTransaction(pool, async (client) => {
      await client.query(`set local statement_timeout = '10s'`)
      return readReplayedLetters(client, plant.topics.sensor, messages)
    })
    t.diagnostic(`${what}: ${Math.round(performance.now() - begunMs)} ms`)
    return found.map((letter) => letter?.offset ?? null)
  }
  const many = (message: SupposedReplay): SupposedReplay[] => Array.from({ length: 10_000 }, () => message)
  const small = hash('sha256', 'x', 'buffer')
  const hashes = values.map((value) => hash('sha256', value, 'buffer'))
  const none = Array.from({ length: 10_000 }, () => null)
  for (const offset of [0, 1]) {
    assert.deepEqual(await look('of another size', many(supposed(offset, 1, small))), none)
    assert.deepEqual(await look('without a value', many(supposed(offset, null, null))), none)
    assert.deepEqual(await look('of its size', many(supposed(offset, size, small))), none)
  }
  assert.deepEqual(await look('the letters, among others', [supposed(0, size, hashes[1] ?? null), supposed(0, size, hashes[0] ?? null),
    supposed(1, size, hashes[1] ?? null), supposed(1, 1, hashes[1] ?? null), supposed(1, size, hashes[1] ?? null)]), [null, 0, 1, null, 1])
})

test('a letter that was sent and not heard of for 10 minutes is requested and sent again, no other is', async (t) => {
  const plant = await replayBench(t)
  const first = await plant.consumer('consumer-001')
  await plant.send(Array.from({ length: 5 }, (_, index) => unnumbered({ timestamp: OLD, value: index })), 0)
  await plant.consumed(5)
  await first.close()
  assert.deepEqual(await plant.request({ all: true }), { requested: 5, remaining: 0 })
  const sent = async (offset: number, ago: string, outcome: string | null = null): Promise<unknown> => plant.pool.query(
    'update dead_letter_replay set sent_at = now() - $2::interval, outcome = $3 where kafka_offset = $1', [offset, ago, outcome])
  // As if Kafka had lost them, or a consumer of an older release had absorbed them; one has arrived, and one hasn't been sent.
  await sent(0, '11 minutes')
  await sent(1, '9 minutes')
  await sent(2, '11 minutes', 'duplicate')
  await sent(4, '11 minutes')
  assert.deepEqual(await plant.told(), { replayable: 2, waiting: 4, stored: 0, duplicates: 1, refused: 0, failed: 0 })
  assert.deepEqual(await plant.request({ letters: [0, 1, 2, 3].map((offset) => ({ partition: 0, offset })) }), { requested: 1, remaining: 0 })
  assert.deepEqual(await plant.request({ reason: 'older_than_retention' }), { requested: 1, remaining: 0 })
  assert.deepEqual(await plant.request({ all: true }), { requested: 0, remaining: 0 })
  const { rows } = await plant.pool.query('select kafka_offset from dead_letter_replay where sent_at is null order by 1')
  assert.deepEqual(rows, [0, 3, 4].map((offset) => ({ kafka_offset: offset })))
  await plant.consumer('consumer-002', PATIENT)
  await plant.becomes({ '0:0': 'stored', '0:1': null, '0:2': 'duplicate', '0:3': 'stored', '0:4': 'stored' })
  assert.deepEqual(await storedValues(plant), [0, 3, 4])
})

test('while a replay is being requested a second one is refused at once, and people can log in', async (t) => {
  const { api, ask, pool, plant } = await replayBench(t)
  await pool.query(`insert into partition_log (topic, topic_id, partition, first_offset, next_offset, dead_lettered)
    values ($1, gen_random_uuid(), 0, 0, 1, 1)`, [plant.topics.sensor])
  await pool.query(`insert into dead_letter (log_key, kafka_offset, reason, detail, detected_by) select log_key, 0, 'empty', 'x', 'c' from partition_log`)
  const { waiting } = await inTransaction(pool, async (client) => {
    await client.query('lock table dead_letter_replay in exclusive mode')
    const first = ask({ all: true })
    await eventually(async () => {
      const { rows } = await client.query(`select from pg_stat_activity where application_name = 'monitoring-access' and wait_event_type = 'Lock'`)
      assert.equal(rows.length, 1)
    })
    const [second] = await Promise.all([ask({ all: true }), api.login('anna')])
    assert.deepEqual([second.status, second.body], [503, { error: 'another replay is being requested; try again' }])
    return { waiting: first }
  })
  assert.deepEqual((await waiting).body, { requested: 1, remaining: 0 })
  assert.deepEqual((await ask({ all: true })).body, { requested: 0, remaining: 0 })
})
