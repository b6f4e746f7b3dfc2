import type { Queryable } from './pool.ts'

export interface AlertRow {
  readonly alertId: string
  readonly sensorId: string
  readonly sensorType: string
  readonly anomalyType: string
  readonly severity: 'low' | 'medium' | 'high' | 'critical'
  readonly sensorValue: number
  readonly sensorUnit: string
  readonly sensorAlertLevel: string
  readonly description: string
  readonly detectedBy: string
  readonly timestamp: Date
  readonly status: string
  readonly episodeId: string | null
  readonly transition: string | null
}

/** The newest 50 alerts of readings of the last two hours, newest first. */
export async function readRecentAlerts(db: Queryable): Promise<AlertRow[]> {
  const { rows } = await db.query<AlertRow>(`
    select alert_id as "alertId", sensor_id as "sensorId", sensor_type as "sensorType", anomaly_type as "anomalyType", severity,
      sensor_value as "sensorValue", sensor_unit as "sensorUnit", sensor_alert_level as "sensorAlertLevel", description,
      detected_by as "detectedBy", timestamp_utc as timestamp, status, episode_id as "episodeId", transition
    from alerts where timestamp_utc > now() - interval '2 hours' and timestamp_utc < 'infinity'
    order by timestamp_utc desc, created_at desc, alert_id limit 50`)
  return rows
}
