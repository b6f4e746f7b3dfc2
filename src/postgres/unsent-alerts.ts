import type { OutboxAlert } from './outbox.ts'
import type { Queryable } from './pool.ts'

/** One of no reading: somebody acknowledged an alarm, or a time was over. */
export type UnsentAlert = Omit<OutboxAlert, 'offset'>

/** The oldest alerts that no log's outbox publishes and that were not published yet. */
export async function readUnsentAlerts(db: Queryable, most: number): Promise<UnsentAlert[]> {
  const { rows } = await db.query<UnsentAlert>(
    `select a.alert_id, (extract(epoch from a.timestamp_utc) * 1000)::float8 as "timestampMs", a.sensor_id, a.sensor_type, a.anomaly_type, a.severity,
       a.sensor_value, a.sensor_unit, a.sensor_alert_level, a.location, a.detected_by, a.description, a.episode_id, a.transition
     from (select alert_id, created_at from alert_unsent order by created_at, alert_id limit $1) as u join alerts a using (alert_id)
     order by u.created_at, a.alert_id`, [most])
  return rows
}

/** To be called when Kafka has them. Who sent them too sent the same. */
export async function forgetUnsentAlerts(db: Queryable, alertIds: readonly string[]): Promise<void> {
  await db.query('delete from alert_unsent where alert_id = any($1::uuid[])', [alertIds])
}
