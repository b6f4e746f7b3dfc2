import type { Queryable } from './pool.ts'

export interface SensorRow {
  readonly sensorKey: number
  readonly sensorId: string
  /** The sensor's own limits, in its unit; null where it has none. */
  readonly warningThreshold: number | null
  readonly criticalThreshold: number | null
}

export interface SensorDescription {
  readonly sensorId: string
  readonly sensorType: string
  /** JSON of the contract's location. */
  readonly location: string
}

/** Registers the sensors that are not known yet, and returns all of them. Any number of consumers may do it at once. */
export async function registerSensors(db: Queryable, sensors: readonly SensorDescription[]): Promise<SensorRow[]> {
  // Sorted, so that two consumers that register the same sensors wait for each other in the same order.
  const sorted = sensors.toSorted((a, b) => (a.sensorId < b.sensorId ? -1 : 1))
  const ids = sorted.map((sensor) => sensor.sensorId)
  await db.query(
    `insert into sensors (sensor_id, sensor_type, location)
     select * from unnest($1::text[], $2::text[], $3::jsonb[]) on conflict (sensor_id) do nothing`,
    [ids, sorted.map((sensor) => sensor.sensorType), sorted.map((sensor) => sensor.location)])
  return selectSensors(db, 'sensor_id = any($1)', [ids])
}

/** The sensors whose settings were changed in the last so many seconds of the database's clock. */
export async function changedSensors(db: Queryable, seconds: number): Promise<SensorRow[]> {
  return selectSensors(db, 'updated_at > now() - make_interval(secs => $1)', [seconds])
}

async function selectSensors(db: Queryable, condition: string, values: unknown[]): Promise<SensorRow[]> {
  const { rows } = await db.query<SensorRow>(
    `select sensor_key as "sensorKey", sensor_id as "sensorId", warning_threshold as "warningThreshold",
       critical_threshold as "criticalThreshold" from sensors where ${condition}`, values)
  return rows
}

export interface SensorVersion {
  readonly sensorKey: number
  readonly sensorType: string
  readonly unit: string
  /** JSON of the contract's location. */
  readonly location: string
  readonly warningThreshold: number | null
  readonly criticalThreshold: number | null
  readonly epoch: string | null
  /** sha-256 of all the others. */
  readonly fingerprint: Buffer
}

/** Registers these descriptions of sensors where they are new, and returns the key of each, in the same order. */
export async function registerVersions(db: Queryable, versions: readonly SensorVersion[]): Promise<number[]> {
  const sorted = versions.toSorted((a, b) => a.sensorKey - b.sensorKey || Buffer.compare(a.fingerprint, b.fingerprint))
  const keys = [sorted.map((version) => version.sensorKey), sorted.map((version) => version.fingerprint)]
  await db.query(
    `insert into sensor_version (sensor_key, fingerprint, sensor_type, unit, location, warning_threshold, critical_threshold, producer_epoch)
     select * from unnest($1::int[], $2::bytea[], $3::text[], $4::text[], $5::jsonb[], $6::float8[], $7::float8[], $8::text[])
     on conflict (sensor_key, fingerprint) do nothing`,
    [...keys, sorted.map((version) => version.sensorType), sorted.map((version) => version.unit), sorted.map((version) => version.location),
      sorted.map((version) => version.warningThreshold), sorted.map((version) => version.criticalThreshold),
      sorted.map((version) => version.epoch)])
  const { rows } = await db.query<{ key: number, id: string }>(
    `select version_key as key, sensor_key || ':' || encode(fingerprint, 'hex') as id from sensor_version
     where (sensor_key, fingerprint) in (select * from unnest($1::int[], $2::bytea[]))`, keys)
  const byId = new Map(rows.map((row) => [row.id, row.key]))
  return versions.map((version) => byId.get(`${version.sensorKey}:${version.fingerprint.toString('hex')}`) as number)
}
