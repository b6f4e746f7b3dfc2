import type { ReplayedReading } from '../alarm/replay.ts'
import { ALERT_LEVELS } from '../contract/sensor-types.ts'
import { tenMinutes } from './bucket-index.ts'
import type { Queryable } from './pool.ts'

export interface ReplaySensor {
  readonly sensorKey: number
  readonly sensorId: string
  readonly sensorType: string
  readonly machineId: string
  /** Its own, else those that its newest reading came with; null: neither tells. */
  readonly warning: number | null
  readonly critical: number | null
  /** From one reading to the next; null: not known. */
  readonly intervalMs: number | null
  /** When its device was replaced last, milliseconds since 1970; null: never. */
  readonly replacedMs: number | null
}

const SENSOR = `
  select s.sensor_key as "sensorKey", s.sensor_id as "sensorId", s.sensor_type as "sensorType",
    coalesce(v.location, s.location) ->> 'machine_id' as "machineId",
    coalesce(s.warning_threshold, v.warning_threshold) as warning, coalesce(s.critical_threshold, v.critical_threshold) as critical,
    n.interval_ms as "intervalMs", date_part('epoch', s.replaced_at) * 1000 as "replacedMs"
  from sensors s left join sensor_state n on n.sensor_key = s.sensor_key left join sensor_version v on v.version_key = n.version_key`

export async function readReplaySensors(db: Queryable, sensorIds: readonly string[]): Promise<ReplaySensor[]> {
  const { rows } = await db.query<ReplaySensor>(`${SENSOR} where s.sensor_id = any($1) order by s.sensor_id`, [sensorIds])
  return rows
}

/** Without those that are decommissioned: nothing is raised of them. */
export async function readReplaySensorsOfType(db: Queryable, type: string, most: number): Promise<ReplaySensor[]> {
  const { rows } = await db.query<ReplaySensor>(
    `${SENSOR} where s.sensor_type = $1 and s.status is distinct from 'decommissioned' order by s.sensor_id limit $2`, [type, most])
  return rows
}

const READINGS = `
  select date_part('epoch', time) * 1000 as "timeMs", value, coalesce(($5::text[])[level + 1], 'normal') as level, quality from reading
  where sensor_key = $1 and time >= $2::timestamptz and time < $3::timestamptz
    and ${tenMinutes('time')} between ${tenMinutes('$2::timestamptz')} and ${tenMinutes('$3::timestamptz')}`

/** At most so many of a sensor's readings, the oldest ones; in order. `fromMs` and `toMs` in milliseconds since 1970, `toMs` not included. */
export async function readReplayReadings(db: Queryable, sensorKey: number, fromMs: number, toMs: number, most: number): Promise<ReplayedReading[]> {
  return runReadings(db, `${READINGS} order by time limit $4`, sensorKey, fromMs, toMs, most)
}

/** As `readReplayReadings`, but the newest ones; in order. */
export async function readNewestReplayReadings(
  db: Queryable, sensorKey: number, fromMs: number, toMs: number, most: number,
): Promise<ReplayedReading[]> {
  return (await runReadings(db, `${READINGS} order by time desc limit $4`, sensorKey, fromMs, toMs, most)).toReversed()
}

async function runReadings(db: Queryable, sql: string, sensorKey: number, fromMs: number, toMs: number, most: number): Promise<ReplayedReading[]> {
  // As they come: to make 200,000 objects anew would hold up everything for a tenth of a second.
  const { rows } = await db.query<ReplayedReading>(sql, [sensorKey, new Date(fromMs).toISOString(), new Date(toMs).toISOString(), most, ALERT_LEVELS])
  return rows
}
