import type { Queryable } from './pool.ts'

export interface ConsumerBeat {
  readonly consumerId: string
  readonly status: 'active' | 'inactive' | 'error'
  readonly assignedPartitions: readonly number[]
  readonly heartbeatIntervalMs: number
  readonly processedLastMinute: number
  /** Since the last beat that was stored. */
  readonly processedSinceLastBeat: number
}

/** The total goes on over restarts. */
export async function recordConsumerBeat(db: Queryable, beat: ConsumerBeat): Promise<void> {
  await db.query(
    `insert into consumer_health as h (consumer_id, status, assigned_partitions, last_heartbeat, messages_processed_last_minute,
       total_messages_processed, heartbeat_interval_ms, metadata)
     values ($1, $2, $3, now(), $4, $5, $6, '{"own_interval": true}')
     on conflict (consumer_id) do update set
       status = excluded.status, assigned_partitions = excluded.assigned_partitions, last_heartbeat = excluded.last_heartbeat,
       messages_processed_last_minute = excluded.messages_processed_last_minute,
       total_messages_processed = h.total_messages_processed + excluded.total_messages_processed,
       heartbeat_interval_ms = excluded.heartbeat_interval_ms, metadata = h.metadata || excluded.metadata`,
    [beat.consumerId, beat.status, JSON.stringify(beat.assignedPartitions), beat.processedLastMinute, beat.processedSinceLastBeat,
      beat.heartbeatIntervalMs])
}

/** Of consumers that are gone and could not say so themselves. Their last heartbeat stays what it was. */
export async function recordConsumersStopped(db: Queryable, consumerIds: readonly string[]): Promise<void> {
  await db.query(
    `update consumer_health set status = 'inactive', assigned_partitions = '[]', messages_processed_last_minute = 0
     where consumer_id = any($1) and status <> 'inactive'`, [consumerIds])
}
