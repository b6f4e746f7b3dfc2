import type { Queryable } from './pool.ts'

export interface RebalanceRow {
  readonly eventId: number
  readonly eventType: 'rebalance_start' | 'rebalance_complete' | 'partition_assigned' | 'partition_revoked'
  readonly consumerId: string
  readonly partition: number | null
  readonly topic: string | null
  readonly timestamp: Date
}

/** The newest 50 events, newest first. */
export async function readRebalances(db: Queryable): Promise<RebalanceRow[]> {
  const { rows } = await db.query<RebalanceRow>(`
    select event_id as "eventId", event_type as "eventType", consumer_id as "consumerId", partition_number as partition,
      topic_name as topic, timestamp_utc as timestamp
    from rebalancing_events where timestamp_utc < 'infinity' order by timestamp_utc desc, event_id desc limit 50`)
  return rows
}
