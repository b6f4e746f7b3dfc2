import type { Queryable } from './pool.ts'

export interface DeadLetterReasonRow {
  readonly reason: string
  readonly count: number
  readonly newestAt: Date
  /** What was wrong with the newest. */
  readonly detail: string
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
    select d.reason, count(*) as count, max(d.created_at) as "newestAt", (array_agg(d.detail order by d.created_at desc))[1] as detail
    from partition_log l
    cross join lateral (
      select reason, detail, created_at from dead_letter where log_key = l.log_key order by kafka_offset desc limit $2) d
    where l.topic = $1
    group by d.reason order by count desc, d.reason`, [topic, mostPerLog])
  return rows
}
