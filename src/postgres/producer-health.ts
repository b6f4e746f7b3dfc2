import type { Queryable } from './pool.ts'

export interface ProducerBeat {
  /** The sensor's id; of a fleet its name. */
  readonly producerId: string
  readonly sensorType: string
  readonly status: 'active' | 'inactive'
  readonly heartbeatIntervalMs: number
  /** Names one life of the producer. */
  readonly epoch: string
  /** Acknowledged by Kafka since the start of this epoch. */
  readonly sentInEpoch: number
  /** Those of them that no successful beat has reported yet. */
  readonly sentSinceLastBeat: number
  readonly sentLastMinute: number
  /** Readings made but not acknowledged yet. */
  readonly buffered: number
  /** Readings given up: the buffer was full, or Kafka would never take them. */
  readonly dropped: number
  /** Of a fleet: how many sensors it simulates. */
  readonly sensors?: number
}

/** A server that hangs must not hold up the beat after this one. */
const QUERY_TIMEOUT_MS = 3_000

/**
 * Writes a producer's heartbeat. The total goes on from what earlier lives of the producer left in the row, and the same beat
 * written twice (its answer was lost) adds nothing the second time.
 */
export async function recordProducerBeat(db: Queryable, beat: ProducerBeat): Promise<void> {
  const metadata = {
    own_interval: true, epoch: beat.epoch, sent: beat.sentInEpoch, buffered: beat.buffered, dropped: beat.dropped,
    ...beat.sensors === undefined ? {} : { sensors: beat.sensors },
  }
  const query = {
    text: `
      insert into producer_health as row
        (producer_id, sensor_type, status, last_heartbeat, messages_sent_last_minute, total_messages_sent, heartbeat_interval_ms, metadata)
      values ($1, $2, $3, now(), $4, $5, $6, $7)
      on conflict (producer_id) do update set
        sensor_type = excluded.sensor_type,
        status = excluded.status,
        last_heartbeat = excluded.last_heartbeat,
        messages_sent_last_minute = excluded.messages_sent_last_minute,
        total_messages_sent = row.total_messages_sent + case
          when row.metadata ->> 'epoch' = excluded.metadata ->> 'epoch'
            then (excluded.metadata ->> 'sent')::bigint - (row.metadata ->> 'sent')::bigint
          else excluded.total_messages_sent end,
        heartbeat_interval_ms = excluded.heartbeat_interval_ms,
        metadata = row.metadata || excluded.metadata`,
    values: [
      beat.producerId, beat.sensorType, beat.status, beat.sentLastMinute, beat.sentSinceLastBeat, beat.heartbeatIntervalMs, metadata,
    ],
    query_timeout: QUERY_TIMEOUT_MS,
  }
  await db.query(query)
}
