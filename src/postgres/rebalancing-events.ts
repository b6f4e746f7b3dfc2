import type { Queryable } from './pool.ts'

export interface RebalancingEvent {
  readonly type: 'rebalance_start' | 'rebalance_complete' | 'partition_assigned' | 'partition_revoked'
  readonly partition?: number
  /** Milliseconds since 1970. */
  readonly timeMs: number
  readonly metadata?: Readonly<Record<string, unknown>>
}

export async function insertRebalancingEvents(
  db: Queryable, consumerId: string, topic: string, events: readonly RebalancingEvent[],
): Promise<void> {
  await db.query(
    `insert into rebalancing_events (event_type, consumer_id, partition_number, topic_name, metadata, timestamp_utc)
     select event_type, $1, partition_number, $2, metadata, to_timestamp(time_ms / 1000.0)
     from unnest($3::text[], $4::integer[], $5::jsonb[], $6::int8[]) with ordinality
       as event (event_type, partition_number, metadata, time_ms, position)
     order by position`,
    [consumerId, topic, events.map((event) => event.type), events.map((event) => event.partition ?? null),
      events.map((event) => JSON.stringify(event.metadata ?? {})), events.map((event) => event.timeMs)])
}
