import type { Alert } from '../contract/alert.ts'
import type { Queryable } from './pool.ts'

export interface UnsentAlert extends Omit<Alert, 'timestamp'> {
  /** Milliseconds since 1970; as a number, because to make a Date of PostgreSQL's text takes 1 µs an alert. */
  readonly timestampMs: number
}

export interface OutboxAlert extends UnsentAlert {
  readonly offset: number
}

export interface OutboxDeadLetter {
  readonly offset: number
  readonly reason: string
  readonly detail: string
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly createdAt: Date
}

const MESSAGE = `a.alert_id, (extract(epoch from a.timestamp_utc) * 1000)::float8 as "timestampMs",
  a.sensor_id, a.sensor_type, a.anomaly_type, a.severity,
  a.sensor_value, a.sensor_unit, a.sensor_alert_level, a.location, a.detected_by, a.description, a.episode_id, a.transition`

// The position is a subquery, not a join: with a join the server reads all alerts of the log, from the first one on, each time
// (measured on 33,000 of them: 20 ms, 0.4 ms as it is; and it grew with every alert ever stored).

/**
 * A log's alerts that still have to be published, oldest first; all of an offset's or none of them, because the position is an offset.
 * Hence the ties, and nothing else to order by: with the rule's name in it, an alert in 127,739 was never published.
 */
export async function readPendingAlerts(db: Queryable, logKey: number, limit: number): Promise<OutboxAlert[]> {
  const { rows } = await db.query<OutboxAlert>(
    `select a.kafka_offset as offset, ${MESSAGE}
     from alerts a
     where a.log_key = $1 and a.kafka_offset >= (select next_offset from outbox_position where log_key = $1 and kind = 'alert')
     order by a.kafka_offset fetch first $2 rows with ties`,
    [logKey, limit])
  return rows
}

/**
 * Alerts that no reading made (somebody acknowledged, a sensor went silent), oldest first. They are the caller's to send for 30 s: all consumers
 * publish them, and a transaction that is open while Kafka is waited for would be ended.
 */
export async function claimUnsentAlerts(db: Queryable, limit: number): Promise<UnsentAlert[]> {
  const { rows } = await db.query<UnsentAlert>(
    `with claimed as (
       update alert_unsent set claimed_until = now() + interval '30 s' where alert_id in (
         select alert_id from alert_unsent where claimed_until is null or claimed_until < now() order by created_at, alert_id limit $1
         for update skip locked)
       returning alert_id, created_at)
     select ${MESSAGE} from claimed c join alerts a using (alert_id) order by c.created_at, c.alert_id`, [limit])
  return rows
}

/** To be called when Kafka has them. Who sent them too sent the same. */
export async function forgetUnsentAlerts(db: Queryable, alertIds: readonly string[]): Promise<void> {
  await db.query('delete from alert_unsent where alert_id = any($1)', [alertIds])
}

/** The next dead letter of a log that still has to be published. One at a time: each may have megabytes. */
export async function readPendingDeadLetters(db: Queryable, logKey: number, limit: number): Promise<OutboxDeadLetter[]> {
  const { rows } = await db.query<OutboxDeadLetter>(
    `select d.kafka_offset as offset, d.reason, d.detail, d.message_key as key, d.message_value as value, d.created_at as "createdAt"
     from dead_letter d
     where d.log_key = $1 and d.kafka_offset >= (select next_offset from outbox_position where log_key = $1 and kind = 'dead_letter')
     order by d.kafka_offset limit $2`,
    [logKey, limit])
  return rows
}

/** Everything below this offset is published and acknowledged. Never moves back, whoever comes late. */
export async function advanceOutbox(db: Queryable, logKey: number, kind: 'alert' | 'dead_letter', nextOffset: number, published: number): Promise<void> {
  await db.query(
    `update outbox_position set next_offset = $3, published = published + $4 where log_key = $1 and kind = $2 and next_offset < $3`,
    [logKey, kind, nextOffset, published])
}
