import type { Client } from './pool.ts'

export interface ReplayRequest {
  /** The topic that refused them. */
  readonly topic: string
  /** Who asks. */
  readonly account: string
}

/** Where a message was refused. */
export interface ChosenPlace {
  readonly partition: number
  readonly offset: number
  /** Null: of the newest log of the partition that has a dead letter at this offset. */
  readonly topicId: string | null
  readonly generation: number | null
}

/** A statement may take 2 s; on two busy cores 10,000 take 0.4 s. */
const PORTION = 10_000
/** What a request didn't reach is counted so far. */
export const MOST_REMAINING_COUNTED = 100_000

/**
 * Of the replays `r`: those that may be requested again, because Kafka refused the letter, or because nothing has become of it in 10 minutes:
 * Kafka may have lost it, or a consumer that doesn't know replays has stored it. If it does arrive twice, it counts once.
 */
export const REQUESTABLE_AGAIN = `(r.outcome is null and (r.failure is not null or coalesce(r.sent_at < now() - interval '10 minutes', false)))`
/** Of the dead letters `d`: those never requested, and those that may be again. */
const REQUESTABLE = `not exists (
  select from dead_letter_replay r where r.log_key = d.log_key and r.kafka_offset = d.kafka_offset and not ${REQUESTABLE_AGAIN})`
/** Of those `chosen`; nobody else's, also when two ask at the same time. In order, so that the two wait for each other in the same one. */
const REQUEST = `insert into dead_letter_replay as r (log_key, kafka_offset, requested_by)
  select log_key, kafka_offset, $1 from chosen order by log_key, kafka_offset
  on conflict (log_key, kafka_offset) do update
    set failure = null, sent_at = null, requested_at = now(), requested_by = excluded.requested_by
    where ${REQUESTABLE_AGAIN}
  returning log_key`

/**
 * Requests the replay of a topic's dead letters, of those with this reason where it isn't null, and at most `most`, the oldest of each log
 * first; says how many were requested and how many are left (counted to `MOST_REMAINING_COUNTED`). One that was requested before isn't
 * requested again, unless Kafka refused it or nothing has become of it in 10 minutes. Runs inside the caller's transaction.
 */
export async function requestReplays(
  client: Client, { topic, account }: ReplayRequest, reason: string | null, most: number,
): Promise<{ requested: number, remaining: number }> {
  const { rows: logs } = await client.query<{ log_key: number }>(
    'select log_key from partition_log where topic = $1 and dead_lettered > 0 order by log_key', [topic])
  let requested = 0
  let remaining = 0
  for (const { log_key: logKey } of logs) {
    let after = -1
    while (requested < most) {
      const size = Math.min(PORTION, most - requested)
      const { rows: [portion] } = await client.query<{ found: number, requested: number, last: number | null }>(
        `with chosen as materialized (
           select d.log_key, d.kafka_offset from dead_letter d
           where d.log_key = $2 and d.kafka_offset > $3 and ($4::text is null or d.reason = $4) and ${REQUESTABLE}
           order by d.kafka_offset limit $5),
         added as (${REQUEST})
         select (select count(*) from added) as requested, count(*) as found, max(kafka_offset) as last from chosen`,
        [account, logKey, after, reason, size])
      requested += portion?.requested ?? 0
      if (portion === undefined || portion.last === null || portion.found < size) break
      after = portion.last
    }
    if (requested >= most) remaining += await countRequestable(client, logKey, reason, MOST_REMAINING_COUNTED - remaining)
  }
  return { requested, remaining }
}

async function countRequestable(client: Client, logKey: number, reason: string | null, most: number): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*) as count from (
       select from dead_letter d where d.log_key = $1 and ($2::text is null or d.reason = $2) and ${REQUESTABLE} limit $3) as requestable`,
    [logKey, reason, most])
  return rows[0]?.count ?? 0
}

/** The same for single dead letters; `unknown` is the first place where there is none. */
export async function requestReplaysOf(
  client: Client, { topic, account }: ReplayRequest, places: readonly ChosenPlace[],
): Promise<{ requested: number, unknown: ChosenPlace | null }> {
  const { rows: found } = await client.query<{ index: number, log_key: number, kafka_offset: number }>(
    `select distinct on (w.index) w.index, d.log_key, d.kafka_offset
     from unnest($2::int[], $3::int8[], $4::uuid[], $5::int[]) with ordinality as w (partition, kafka_offset, topic_id, generation, index)
     join partition_log l on l.topic = $1 and l.partition = w.partition
       and l.topic_id = coalesce(w.topic_id, l.topic_id) and l.generation = coalesce(w.generation, l.generation)
     join dead_letter d on d.log_key = l.log_key and d.kafka_offset = w.kafka_offset
     order by w.index, d.log_key desc`,
    [topic, places.map((place) => place.partition), places.map((place) => place.offset), places.map((place) => place.topicId),
      places.map((place) => place.generation)])
  const known = new Set(found.map((row) => row.index))
  const unknown = places.find((_, index) => !known.has(index + 1)) ?? null
  if (unknown !== null) return { requested: 0, unknown }
  const { rowCount } = await client.query(
    `with chosen as materialized (
       select distinct d.log_key, d.kafka_offset from unnest($2::int2[], $3::int8[]) as d (log_key, kafka_offset) where ${REQUESTABLE})
     ${REQUEST}`,
    [account, found.map((row) => row.log_key), found.map((row) => row.kafka_offset)])
  return { requested: rowCount ?? 0, unknown: null }
}
