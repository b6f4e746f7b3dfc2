import type { LetterPlace } from '../contract/replay-header.ts'
import type { Client, Queryable } from './pool.ts'

/** A message that says it is the replay of a dead letter. */
export interface SupposedReplay {
  readonly letter: LetterPlace
  /** Null where it has no value. */
  readonly valueSizeBytes: number | null
  /** sha-256 of its value; null where it has none. */
  readonly valueHash: Buffer | null
}

/** A dead letter whose replay was requested. */
export interface ReplayedLetter {
  readonly logKey: number
  readonly offset: number
  /** It is known already what became of it. */
  readonly settled: boolean
}

/** What became of a dead letter that was replayed. */
export interface ReplayOutcome {
  readonly logKey: number
  readonly offset: number
  readonly outcome: 'stored' | 'duplicate' | 'refused'
}

/**
 * For each of these messages the dead letter that it is the replay of; null where there is no such letter, none that was requested, or one
 * of another value: a header is what anybody can write, and must not let a letter count as replayed that wasn't.
 * Nor may it hold us up: a letter is read and hashed only where a message has its size, which PostgreSQL knows without reading it, and once
 * however many messages name it. So who wants a letter hashed has to send as many bytes, and each letter counts once in a batch. With one
 * letter of 4 MiB in 10,000 messages it takes 0.2 s; to hash it for each of them 40 to 160 s.
 */
export async function readReplayedLetters(db: Queryable, topic: string, messages: readonly SupposedReplay[]): Promise<(ReplayedLetter | null)[]> {
  const { rows } = await db.query<{ index: number, logKey: number, offset: number, settled: boolean }>(
    `with supposed as materialized (
       select w.index, w.value_hash, r.log_key, r.kafka_offset, r.outcome is not null as settled
       from unnest($2::uuid[], $3::int[], $4::int[], $5::int8[], $6::int[], $7::bytea[]) with ordinality
         as w (topic_id, partition, generation, kafka_offset, value_size, value_hash, index)
       join partition_log l on l.topic = $1 and l.topic_id = w.topic_id and l.partition = w.partition and l.generation = w.generation
       join dead_letter_replay r on r.log_key = l.log_key and r.kafka_offset = w.kafka_offset
       join dead_letter d on d.log_key = r.log_key and d.kafka_offset = r.kafka_offset
       where octet_length(d.message_value) is not distinct from w.value_size),
     hashed as materialized (
       select log_key, kafka_offset, sha256(d.message_value) as value_hash
       from (select distinct log_key, kafka_offset from supposed) as named join dead_letter d using (log_key, kafka_offset))
     select s.index, s.log_key as "logKey", s.kafka_offset as "offset", s.settled
     from supposed s join hashed h using (log_key, kafka_offset) where h.value_hash is not distinct from s.value_hash`,
    [topic, messages.map(({ letter }) => letter.topicId), messages.map(({ letter }) => letter.partition),
      messages.map(({ letter }) => letter.generation), messages.map(({ letter }) => letter.offset),
      messages.map(({ valueSizeBytes }) => valueSizeBytes), messages.map(({ valueHash }) => valueHash)])
  const found = new Map(rows.map(({ index, ...letter }) => [index, letter]))
  return messages.map((_, index) => found.get(index + 1) ?? null)
}

/**
 * Stores what became of these letters, each only if that isn't known yet: the third fence, beside those of the offset and of the numbers.
 * Returns whether all of them were open.
 */
export async function writeReplayOutcomes(client: Client, outcomes: readonly ReplayOutcome[]): Promise<boolean> {
  if (outcomes.length === 0) return true
  const { rowCount } = await client.query(
    `update dead_letter_replay r set outcome = d.outcome, outcome_at = now()
     from unnest($1::int2[], $2::int8[], $3::text[]) as d (log_key, kafka_offset, outcome)
     where r.log_key = d.log_key and r.kafka_offset = d.kafka_offset and r.outcome is null`,
    [outcomes.map((each) => each.logKey), outcomes.map((each) => each.offset), outcomes.map((each) => each.outcome)])
  return rowCount === outcomes.length
}
