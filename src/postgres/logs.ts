import type { Client, Queryable } from './pool.ts'

/** One partition of one life of a topic, as `partition_log` keeps it. */
export interface PartitionLog {
  readonly logKey: number
  readonly partition: number
  readonly topicId: string
  readonly generation: number
  readonly firstOffset: number
  /** The next offset to consume: the truth about it, whatever Kafka's committed offset says. */
  readonly nextOffset: number
  /** The producers' numbers that are at home here are stored as of this offset; what came after it is in the readings. */
  readonly numbersOffset: number
  /** How often an epoch was taken from this log: part of the fence. */
  readonly numbersMoved: number
  /** The consumer that had it before. */
  readonly claimedBy: string | null
  /** What could not be consumed, found at this opening. */
  readonly gaps: readonly string[]
}

export interface LogOpening {
  readonly topic: string
  readonly partition: number
  readonly topicId: string
  /** What Kafka holds now: from `kafkaFirst` up to, not including, `kafkaEnd`. */
  readonly kafkaFirst: number
  readonly kafkaEnd: number
  readonly consumerId: string
}

interface LogRow {
  log_key: number
  topic_id: string
  generation: number
  first_offset: number
  next_offset: number
  numbers_offset: number | null
  numbers_moved: number
  claimed_by: string | null
  closed_at: Date | null
}

/**
 * Claims a partition for a consumer and says where to go on. What Kafka no longer has is recorded as a gap, never skipped in
 * silence: a log whose beginning moved past our offset, one that came back shorter, and a topic that was replaced.
 * Runs inside the caller's transaction.
 */
export async function openLog(client: Client, opening: LogOpening): Promise<PartitionLog> {
  const { topic, partition, topicId, kafkaFirst, kafkaEnd } = opening
  const { rows } = await client.query<LogRow>(
    `select log_key, topic_id, generation, first_offset, next_offset, numbers_offset, numbers_moved, claimed_by, closed_at
     from partition_log
     where topic = $1 and partition = $2 order by log_key for update`, [topic, partition])
  const gaps: string[] = []

  for (const old of rows.filter((row) => row.topic_id !== topicId && row.closed_at === null)) {
    const detail = `the topic was replaced by one of the same name; what its old log held from offset ${old.next_offset} on was not consumed`
    await recordGap(client, old.log_key, old.next_offset, null, 'topic_replaced', detail)
    await client.query('update partition_log set closed_at = now(), claimed_by = null where log_key = $1', [old.log_key])
    gaps.push(detail)
  }

  const current = rows.filter((row) => row.topic_id === topicId).at(-1)
  if (current === undefined) return insertLog(client, opening, 0, gaps)

  if (current.next_offset > kafkaEnd) {
    const detail = `Kafka's log ends at ${kafkaEnd}, before the stored offset ${current.next_offset}: it was truncated. `
      + `It is read again from ${kafkaFirst}; numbered readings are not stored twice`
    await recordGap(client, current.log_key, current.next_offset, null, 'log_shorter_than_stored', detail)
    await client.query('update partition_log set closed_at = now(), claimed_by = null where log_key = $1', [current.log_key])
    return insertLog(client, opening, current.generation + 1, [...gaps, detail])
  }

  let nextOffset = current.next_offset
  if (nextOffset < kafkaFirst) {
    const detail = `Kafka deleted ${kafkaFirst - nextOffset} messages before they were consumed: offsets ${nextOffset} to ${kafkaFirst - 1}`
    await recordGap(client, current.log_key, nextOffset, kafkaFirst - 1, 'log_truncated', detail)
    await client.query('update partition_log set next_offset = $2, lost = lost + $3 where log_key = $1',
      [current.log_key, kafkaFirst, kafkaFirst - nextOffset])
    gaps.push(detail)
    nextOffset = kafkaFirst
  }
  // A release before stored all numbers with each batch.
  const numbersOffset = current.numbers_offset ?? current.next_offset
  await client.query('update partition_log set claimed_by = $2, claimed_at = now(), closed_at = null, numbers_offset = $3 where log_key = $1',
    [current.log_key, opening.consumerId, numbersOffset])
  return {
    logKey: current.log_key, partition, topicId, generation: current.generation, firstOffset: current.first_offset, nextOffset,
    numbersOffset, numbersMoved: current.numbers_moved, claimedBy: current.claimed_by, gaps,
  }
}

async function insertLog(client: Client, opening: LogOpening, generation: number, gaps: readonly string[]): Promise<PartitionLog> {
  const { topic, partition, topicId, kafkaFirst, consumerId } = opening
  const { rows } = await client.query<{ log_key: number }>(
    `insert into partition_log (topic, topic_id, partition, generation, first_offset, next_offset, numbers_offset, claimed_by, claimed_at)
     values ($1, $2, $3, $4, $5, $5, $5, $6, now()) returning log_key`,
    [topic, topicId, partition, generation, kafkaFirst, consumerId])
  const logKey = rows[0]?.log_key as number
  await client.query(
    `insert into outbox_position (log_key, kind, next_offset) values ($1, 'alert', $2), ($1, 'dead_letter', $2)`, [logKey, kafkaFirst])
  return {
    logKey, partition, topicId, generation, firstOffset: kafkaFirst, nextOffset: kafkaFirst, numbersOffset: kafkaFirst, numbersMoved: 0,
    claimedBy: null, gaps,
  }
}

async function recordGap(
  client: Client, logKey: number, firstOffset: number, lastOffset: number | null, reason: string, detail: string,
): Promise<void> {
  await client.query(
    `insert into log_gap (log_key, first_offset, last_offset, reason, detail) values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [logKey, firstOffset, lastOffset, reason, detail])
}

/** Gives partitions back at a clean handover, where they are still ours. */
export async function releaseLogs(db: Queryable, logKeys: readonly number[], consumerId: string): Promise<void> {
  await db.query('update partition_log set claimed_by = null where log_key = any($1) and claimed_by = $2', [logKeys, consumerId])
}

/** Of every log that ever was consumed. */
export async function readLogKeys(db: Queryable): Promise<number[]> {
  const { rows } = await db.query<{ logKey: number }>('select log_key as "logKey" from partition_log')
  return rows.map(({ logKey }) => logKey)
}
