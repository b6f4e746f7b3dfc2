import type { AlarmPriority } from '../contract/alarm.ts'
import type { SensorEvent } from '../contract/sensor.ts'
import type { Queryable } from './pool.ts'

/** A sensor and its newest reading among those that are rolled up; that reading's fields are null where none is. */
export interface SensorRow {
  readonly sensorKey: number
  readonly sensorId: string
  readonly name: string | null
  readonly serial: string | null
  /** Other ids under which its readings come. */
  readonly sendsAs: readonly string[]
  readonly decommissioned: boolean
  /** Milliseconds since 1970, as those below; null: since it was registered. */
  readonly statusChangedMs: number | null
  readonly replacedMs: number | null
  readonly registeredMs: number
  readonly sensorType: string
  readonly factorySection: string | null
  readonly zone: string | null
  readonly machineId: string | null
  readonly unit: string | null
  readonly warningThreshold: number | null
  readonly criticalThreshold: number | null
  /** Milliseconds since 1970: ten thousand dates cost more to parse than to read. */
  readonly lastMs: number | null
  /** By the database's clock. */
  readonly ageMs: number | null
  readonly value: number | null
  /** 0 normal, 1 warning, 2 critical. */
  readonly level: 0 | 1 | 2 | null
  readonly quality: number | null
  readonly readings: number
  readonly intervalMs: number | null
  /** 0 to 1: how far its detector has come; null: it has none, or it wasn't stored yet. */
  readonly learned: number | null
  /** What its detector expects now. */
  readonly expected: number | null
  readonly bandLow: number | null
  readonly bandHigh: number | null
  readonly openAlarms: number
  /** The highest of the open alarms; null: there is none. */
  readonly alarmPriority: AlarmPriority | null
}

const MAX_ROWS = 100_000
/** What its newest reading said of it goes before what its first one said. */
const SENSOR = `
  select s.sensor_key as "sensorKey", s.sensor_id as "sensorId", s.name, s.serial, s.status = 'decommissioned' as decommissioned,
    array(select alias_id from sensor_alias where sensor_key = s.sensor_key order by alias_id) as "sendsAs",
    date_part('epoch', s.status_changed_at) * 1000 as "statusChangedMs", date_part('epoch', s.replaced_at) * 1000 as "replacedMs",
    date_part('epoch', s.created_at) * 1000 as "registeredMs", coalesce(v.sensor_type, s.sensor_type) as "sensorType",
    coalesce(v.location, s.location) ->> 'factory_section' as "factorySection", coalesce(v.location, s.location) ->> 'zone' as zone,
    coalesce(v.location, s.location) ->> 'machine_id' as "machineId", v.unit,
    s.warning_threshold as "warningThreshold", s.critical_threshold as "criticalThreshold",
    date_part('epoch', n.last_time) * 1000 as "lastMs", date_part('epoch', now() - n.last_time) * 1000 as "ageMs",
    n.last_value as value, n.last_level as level, n.last_quality as quality, coalesce(n.readings, 0)::bigint as readings,
    n.interval_ms as "intervalMs", o.learned, o.expected, o.band_low as "bandLow", o.band_high as "bandHigh",
    a.alarms as "openAlarms", (array['high', 'medium', 'low'])[a.rank] as "alarmPriority"
  from sensors s left join sensor_state n on n.sensor_key = s.sensor_key left join sensor_version v on v.version_key = n.version_key
    left join sensor_outlook o on o.sensor_key = s.sensor_key
    cross join lateral (
      select count(*)::int as alarms, min(array_position(array['high', 'medium', 'low'], priority)) as rank
      from alarm where sensor_key = s.sensor_key and ended_at is null) as a`

/** Every sensor that is registered, in no order. */
export async function readSensors(db: Queryable): Promise<SensorRow[]> {
  const { rows } = await db.query<SensorRow>(`${SENSOR} limit ${MAX_ROWS}`)
  return rows
}

/** Null: there is none of this id. */
export async function readSensor(db: Queryable, sensorId: string): Promise<SensorRow | null> {
  const { rows } = await db.query<SensorRow>(`${SENSOR} where s.sensor_id = $1`, [sensorId])
  return rows[0] ?? null
}

export interface SensorKeyRow {
  readonly sensorKey: number
  readonly sensorId: string
}

/** Of those ids that are registered. */
export async function readSensorKeys(db: Queryable, sensorIds: readonly string[]): Promise<SensorKeyRow[]> {
  const { rows } = await db.query<SensorKeyRow>(
    'select sensor_key as "sensorKey", sensor_id as "sensorId" from sensors where sensor_id = any($1)', [sensorIds])
  return rows
}

/** By `sensor_id`, of those of these that have one. */
export async function readSensorNames(db: Queryable, sensorIds: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await db.query<{ id: string, name: string }>(
    'select sensor_id as id, name from sensors where sensor_id = any($1) and name is not null', [sensorIds])
  return new Map(rows.map(({ id, name }) => [id, name]))
}

export interface SensorEventRow {
  readonly eventId: number
  readonly event: SensorEvent
  readonly occurredAt: Date
  readonly actor: string
  readonly reason: string
  readonly oldValues: Readonly<Record<string, string | null>>
  readonly newValues: Readonly<Record<string, string | null>>
}

/** What people did to a sensor, newest first. */
export async function readSensorEvents(db: Queryable, sensorKey: number, most: number): Promise<SensorEventRow[]> {
  const { rows } = await db.query<SensorEventRow>(
    `select event_id as "eventId", event, occurred_at as "occurredAt", actor, reason, old_values as "oldValues", new_values as "newValues"
     from sensor_event where sensor_key = $1 order by event_id desc limit $2`, [sensorKey, most])
  return rows
}
