import type { Queryable } from './pool.ts'
import { REQUESTABLE_AGAIN } from './replay-requests.ts'

export interface DeadLetterReasonRow {
  readonly reason: string
  readonly count: number
  readonly newestAt: Date
  /** What was wrong with the newest. */
  readonly detail: string
  /** Those that were never requested to be replayed, or may be requested again. */
  readonly replayable: number
}

/** What became of the dead letters that were requested to be replayed. */
export interface ReplayCounts {
  readonly waiting: number
  readonly stored: number
  readonly duplicates: number
  readonly refused: number
  /** Kafka didn't take them. */
  readonly failed: number
  /** Of those that wait or failed: how many may be requested again. */
  readonly again: number
}

/** How many messages of the topic were ever refused. */
export async function countDeadLetters(db: Queryable, topic: string): Promise<number> {
  const { rows } = await db.query<{ total: number }>(
    'select coalesce(sum(dead_lettered), 0)::bigint as total from partition_log where topic = $1', [topic])
  return rows[0]?.total ?? 0
}

/** The newest dead letters of each log of the topic, at most `mostPerLog`, by reason, the most frequent first: by their key, so without a scan. */
export async function readDeadLetterReasons(db: Queryable, topic: string, mostPerLog: number): Promise<DeadLetterReasonRow[]> {
  const { rows } = await db.query<DeadLetterReasonRow>(`
    select d.reason, count(*) as count, max(d.created_at) as "newestAt", (array_agg(d.detail order by d.created_at desc))[1] as detail,
      count(*) filter (where r.log_key is null or ${REQUESTABLE_AGAIN}) as replayable
    from partition_log l
    cross join lateral (
      select kafka_offset, reason, detail, created_at from dead_letter where log_key = l.log_key order by kafka_offset desc limit $2) d
    left join dead_letter_replay r on r.log_key = l.log_key and r.kafka_offset = d.kafka_offset
    where l.topic = $1
    group by d.reason order by count desc, d.reason`, [topic, mostPerLog])
  return rows
}

/** One pass over `dead_letter_replay`, which has only what somebody asked for. */
export async function countReplays(db: Queryable, topic: string): Promise<ReplayCounts> {
  const { rows } = await db.query<ReplayCounts>(`
    select count(*) filter (where outcome is null and failure is null) as waiting, count(*) filter (where outcome = 'stored') as stored,
      count(*) filter (where outcome = 'duplicate') as duplicates, count(*) filter (where outcome = 'refused') as refused,
      count(*) filter (where outcome is null and failure is not null) as failed,
      count(*) filter (where ${REQUESTABLE_AGAIN}) as again
    from dead_letter_replay r where log_key in (select log_key from partition_log where topic = $1)`, [topic])
  return rows[0] ?? { waiting: 0, stored: 0, duplicates: 0, refused: 0, failed: 0, again: 0 }
}
