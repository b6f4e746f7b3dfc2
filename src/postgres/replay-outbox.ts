import type { Queryable } from './pool.ts'

/** A dead letter whose replay was requested and still has to be sent. */
export interface PendingReplay {
  readonly logKey: number
  readonly offset: number
  readonly topicId: string
  readonly partition: number
  readonly generation: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** Base64, as they were received. */
  readonly headers: readonly (readonly [name: string | null, value: string | null])[]
}

export interface ReplayOwner {
  readonly topic: string
  /** Of the topic as it is now. */
  readonly topicId: string
  readonly partitions: readonly number[]
}

const MOST_PER_SEND = 500
/** Together, with their headers; a single one may be larger. */
const MOST_BYTES_PER_SEND = 1_000_000

/**
 * The next dead letters to be sent again of these partitions, of all lives of the topic, the oldest log first. Whoever has partition 0 also
 * takes those of partitions that the topic doesn't have any more.
 */
export async function readPendingReplays(db: Queryable, { topic, topicId, partitions }: ReplayOwner): Promise<PendingReplay[]> {
  const { rows } = await db.query<PendingReplay>(
    `select "logKey", "offset", "topicId", partition, generation, key, value, headers from (
       select *, row_number() over in_order as place, sum(size) over in_order as total
       from (
         select r.log_key as "logKey", r.kafka_offset as "offset", l.topic_id as "topicId", l.partition, l.generation,
           d.message_key as key, d.message_value as value, d.headers,
           coalesce(octet_length(d.message_key), 0) + coalesce(octet_length(d.message_value), 0) + octet_length(d.headers::text) as size
         from dead_letter_replay r
         join partition_log l on l.log_key = r.log_key
         join dead_letter d on d.log_key = r.log_key and d.kafka_offset = r.kafka_offset
         where r.sent_at is null and r.failure is null and r.outcome is null and l.topic = $1
           and (l.partition = any($3) or (0 = any($3) and l.partition not in (
             select partition from partition_log where topic = $1 and topic_id = $2)))
         order by r.log_key, r.kafka_offset limit ${MOST_PER_SEND}) as pending
       window in_order as (order by "logKey", "offset")) as counted
     where place = 1 or total <= ${MOST_BYTES_PER_SEND}
     order by "logKey", "offset"`, [topic, topicId, partitions])
  return rows
}

type Letter = Pick<PendingReplay, 'logKey' | 'offset'>

/** Kafka has acknowledged them. */
export async function markReplaysSent(db: Queryable, letters: readonly Letter[]): Promise<void> {
  await db.query(
    `update dead_letter_replay r set sent_at = now() from unnest($1::int2[], $2::int8[]) as d (log_key, kafka_offset)
     where r.log_key = d.log_key and r.kafka_offset = d.kafka_offset and r.sent_at is null`,
    [letters.map((letter) => letter.logKey), letters.map((letter) => letter.offset)])
}

/** Kafka doesn't take it. */
export async function markReplayFailed(db: Queryable, { logKey, offset }: Letter, failure: string): Promise<void> {
  await db.query('update dead_letter_replay set failure = $3 where log_key = $1 and kafka_offset = $2 and sent_at is null', [logKey, offset, failure])
}

/** What was sent and hasn't arrived may be in what Kafka has lost of the topic: it is sent again. What arrives twice counts once. */
export async function sendReplaysAgain(db: Queryable, topic: string): Promise<void> {
  await db.query(
    `update dead_letter_replay r set sent_at = null from partition_log l
     where l.log_key = r.log_key and l.topic = $1 and r.outcome is null and r.sent_at is not null`, [topic])
}
