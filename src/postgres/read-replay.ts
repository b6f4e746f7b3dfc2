import type { ReplayedReading } from '../alarm/what-if.ts'
import { ALERT_LEVELS } from '../contract/sensor-types.ts'
import { tenMinutes } from './bucket-index.ts'
import type { Queryable } from './pool.ts'

export interface ReplaySensor {
  readonly sensorKey: number
  readonly sensorId: string
  readonly sensorType: string
  /** Its own, else those that its newest reading came with; null: neither tells. */
  readonly warning: number | null
  readonly critical: number | null
}

const SENSOR = `
  select s.sensor_key as "sensorKey", s.sensor_id as "sensorId", s.sensor_type as "sensorType",
    coalesce(s.warning_threshold, v.warning_threshold) as warning, coalesce(s.critical_threshold, v.critical_threshold) as critical
  from sensors s left join sensor_state n on n.sensor_key = s.sensor_key left join sensor_version v on v.version_key = n.version_key`

export async function readReplaySensors(db: Queryable, sensorIds: readonly string[]): Promise<ReplaySensor[]> {
  const { rows } = await db.query<ReplaySensor>(`${SENSOR} where s.sensor_id = any($1) order by s.sensor_id`, [sensorIds])
  return rows
}

export async function readReplaySensorsOfType(db: Queryable, type: string, most: number): Promise<ReplaySensor[]> {
  const { rows } = await db.query<ReplaySensor>(`${SENSOR} where s.sensor_type = $1 order by s.sensor_id limit $2`, [type, most])
  return rows
}

/** At most so many of a sensor's readings, oldest first. */
export async function readReplayReadings(db: Queryable, sensorKey: number, fromMs: number, toMs: number, most: number): Promise<ReplayedReading[]> {
  const { rows } = await db.query<{ timeMs: number, value: number, level: number, quality: number | null }>(
    `select date_part('epoch', time) * 1000 as "timeMs", value, level, quality from reading
     where sensor_key = $1 and time >= $2::timestamptz and time < $3::timestamptz
       and ${tenMinutes('time')} between ${tenMinutes('$2::timestamptz')} and ${tenMinutes('$3::timestamptz')}
     order by time limit $4`,
    [sensorKey, new Date(fromMs).toISOString(), new Date(toMs).toISOString(), most])
  return rows.map(({ level, ...reading }) => ({ ...reading, level: ALERT_LEVELS[level] ?? 'normal' }))
}
