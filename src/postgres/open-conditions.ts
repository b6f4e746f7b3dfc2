import type { AlarmPriority, AlarmRule } from '../contract/alarm.ts'
import { ALERT_LEVELS } from '../contract/sensor-types.ts'
import type { AlertLevel } from '../contract/sensor-types.ts'
import type { Queryable } from './pool.ts'

/** What is stored of a condition that is over. Times in microseconds since 1970. */
export interface OpenCondition {
  readonly sensorKey: number
  readonly rule: AlarmRule
  readonly severity: AlarmPriority
  readonly raisedUs: number
  readonly changedUs: number
  readonly firstValue: number
  readonly peak: number
  readonly peakExcess: number
  readonly peakUs: number
  readonly readings: number
}

const us = (column: string): string => `(extract(epoch from ${column}) * 1000000)::int8`

const CONDITION = `sensor_key as "sensorKey", rule, severity, ${us('raised_at')} as "raisedUs", ${us('coalesce(escalated_at, raised_at)')} as "changedUs",
  first_value as "firstValue", peak_value as peak, peak_excess as "peakExcess", ${us('peak_at')} as "peakUs", readings`
const STANDING = 'from alarm where ended_at is null and condition_active'

/** Those that the readings of this log raised, and signals that are stale, which no reading says. */
export async function readOpenConditions(db: Queryable, logKey: number): Promise<OpenCondition[]> {
  const { rows } = await db.query<OpenCondition>(
    `select ${CONDITION} ${STANDING} and (active_logs ? $1::int::text or rule = 'stale_signal')`, [logKey])
  return rows
}

/** Those of whole machines, each with the sensor that it was raised at, as it was then. */
export async function readOpenMachineConditions(db: Queryable): Promise<(OpenCondition & SilentSensor)[]> {
  const { rows } = await db.query<OpenCondition & SilentSensor>(
    `select ${CONDITION}, sensor_id as "sensorId", sensor_type as "sensorType", machine_id as "machineId", location::text as location, unit,
       last_value as value, last_level as level ${STANDING} and rule = 'machine_anomaly'`)
  return rows
}

export interface LastReading {
  readonly sensorKey: number
  readonly timeUs: number
  /** From one reading to the next; null: not known. */
  readonly intervalUs: number | null
}

/** As far as readings are rolled up. */
export async function readLastReadings(db: Queryable, sensorKeys: readonly number[]): Promise<LastReading[]> {
  const { rows } = await db.query<LastReading>(
    `select sensor_key as "sensorKey", ${us('last_time')} as "timeUs", interval_ms * 1000::int8 as "intervalUs"
     from sensor_state where sensor_key = any($1)`, [sensorKeys])
  return rows
}

export interface SilentSensor {
  readonly sensorKey: number
  readonly sensorId: string
  readonly sensorType: string
  readonly machineId: string
  /** JSON of the contract's location. */
  readonly location: string
  readonly unit: string
  /** Of its last reading. */
  readonly value: number
  readonly level: AlertLevel
}

/** Of those that are in service. */
export async function readSilentSensors(db: Queryable, sensorKeys: readonly number[]): Promise<SilentSensor[]> {
  const { rows } = await db.query<Omit<SilentSensor, 'level'> & { level: number }>(
    `select s.sensor_key as "sensorKey", s.sensor_id as "sensorId", v.sensor_type as "sensorType", v.location ->> 'machine_id' as "machineId",
       v.location::text as location, v.unit, t.last_value as value, t.last_level as level
     from sensors s join sensor_state t using (sensor_key) join sensor_version v on v.version_key = t.version_key
     where s.sensor_key = any($1) and s.status is distinct from 'decommissioned'`, [sensorKeys])
  return rows.map((row) => ({ ...row, level: ALERT_LEVELS[row.level] as AlertLevel }))
}
