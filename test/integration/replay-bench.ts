import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { KafkaDeadLetters, ReplayAnswer } from '../../src/contract/kafka-api.ts'
import { REPLAY_HEADER, formatLetterPlace } from '../../src/contract/replay-header.ts'
import { createKafkaProducer } from '../../src/kafka/producer.ts'
import type { OutgoingMessage } from '../../src/kafka/producer.ts'
import { addAccount, startAccess } from './access-client.ts'
import type { AccessClient, Question, Reply } from './access-client.ts'
import { bench, eventually, reading } from './consumer-bench.ts'
import type { Bench } from './consumer-bench.ts'

/** Older than a reading may be. */
export const OLD = '2024-01-01T00:00:00Z'
/** Of a consumer that takes it all the same. */
export const PATIENT = { RETENTION_RAW_DAYS: '36500', RETENTION_MINUTE_DAYS: '36500' }

/** Consumers and the API, with an admin, on a plant of their own. */
export interface ReplayBench extends Bench {
  readonly api: AccessClient
  /** As an admin. */
  ask(body: unknown): Promise<Reply>
  request(body: unknown): Promise<ReplayAnswer>
  told(): Promise<KafkaDeadLetters['replay']>
  /** Sends what a consumer would send for the letter of partition 0 at this offset. */
  sendReplay(offset: number, partitions: readonly number[], value?: Buffer): Promise<void>
  /** Until this is what became of the letters, by place. */
  becomes(outcomes: Record<string, string | null>): Promise<void>
  produce(...messages: OutgoingMessage[]): Promise<void>
}

export async function replayBench(t: TestContext): Promise<ReplayBench> {
  const base = await bench(t)
  const { plant, pool } = base
  const producer = createKafkaProducer({ brokers: plant.brokers, clientId: 'test-replay' })
  t.after(() => producer.close())
  await addAccount(pool, 'anna', 'admin')
  const api = await startAccess(t, plant.databaseUrl, { sensorTopic: plant.topics.sensor })
  const question: Question = { cookie: await api.login('anna') }
  const ask = (body: unknown): Promise<Reply> => api.ask('POST', '/api/kafka/dead-letters/replay', { ...question, body })
  return {
    ...base, api, ask,
    async request(body) {
      const { status, body: answer } = await ask(body)
      assert.equal(status, 202, JSON.stringify(answer))
      return answer as ReplayAnswer
    },
    async told() {
      return ((await api.ask('GET', '/api/kafka/dead-letters', question)).body as KafkaDeadLetters).replay
    },
    async sendReplay(offset, partitions, value) {
      const { rows } = await pool.query<{ topicId: string, message_value: Buffer }>(
        `select topic_id as "topicId", message_value from dead_letter join partition_log using (log_key) where partition = 0 and kafka_offset = $1`, [offset])
      const letter = rows[0] ?? assert.fail()
      const headers = [[Buffer.from(REPLAY_HEADER), Buffer.from(formatLetterPlace({ topicId: letter.topicId, partition: 0, generation: 0, offset }))] as const]
      await producer.send(partitions.map((partition) => ({ topic: plant.topics.sensor, partition, value: value ?? letter.message_value, headers })))
    },
    async becomes(outcomes) {
      await eventually(async () => {
        const { rows } = await pool.query<{ place: string, outcome: string | null }>(
          `select l.partition || ':' || r.kafka_offset as place, r.outcome from dead_letter_replay r join partition_log l using (log_key)`)
        assert.deepEqual(Object.fromEntries(rows.map(({ place, outcome }) => [place, outcome])), outcomes)
      })
    },
    produce: (...messages) => producer.send(messages),
  }
}

/** Without a number, so that nothing but the replay's own fence keeps it from being stored twice. */
export function unnumbered(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const { metadata: _, ...rest } = reading(1, changes)
  return rest
}

export async function storedValues({ pool }: Bench): Promise<number[]> {
  return (await pool.query<{ value: number }>('select value from reading order by value')).rows.map(({ value }) => value)
}

export async function assertBalanced({ pool }: Bench): Promise<void> {
  const { rows } = await pool.query(`select partition, next_offset - first_offset as consumed, stored, dead_lettered, duplicates from partition_log
    where next_offset - first_offset <> stored + dead_lettered + duplicates + holes + lost`)
  assert.deepEqual(rows, [])
}
