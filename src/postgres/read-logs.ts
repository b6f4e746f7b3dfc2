import type { Queryable } from './pool.ts'

/** One log: a partition of one life of a topic, with its offsets and the count of what became of each. */
export interface LogRow {
  readonly logKey: number
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  readonly generation: number
  readonly firstOffset: number
  readonly nextOffset: number
  readonly stored: number
  readonly deadLettered: number
  readonly duplicates: number
  readonly holes: number
  readonly lost: number
  readonly claimedBy: string | null
  readonly closedAt: Date | null
}

/** Every log that was ever consumed, by topic and partition, the newest of a partition last. */
export async function readLogs(db: Queryable): Promise<LogRow[]> {
  const { rows } = await db.query<LogRow>(`
    select log_key as "logKey", topic, topic_id as "topicId", partition, generation, first_offset as "firstOffset",
      next_offset as "nextOffset", stored, dead_lettered as "deadLettered", duplicates, holes, lost,
      claimed_by as "claimedBy", closed_at as "closedAt"
    from partition_log order by topic, partition, log_key limit 10000`)
  return rows
}
