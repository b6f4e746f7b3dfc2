import { ADVISORY_LOCKS } from './advisory-locks.ts'
import { inTransaction } from './pool.ts'
import type { Client, Pool, Queryable } from './pool.ts'

export interface SensorRow {
  readonly sensorKey: number
  readonly sensorId: string
  /** The id that readings come under: its own, or that of a device in its place. */
  readonly sentAs: string
  /** When its device was replaced last, microseconds since 1970; 0: never. */
  readonly replacedUs: number
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

/** Keeps anybody from registering a sensor until the transaction is over. */
export async function lockSensorIds(client: Client): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.sensorIds])
}

/**
 * Registers the sensors that are not known yet, and returns all of them; for an id that is an alias, the sensor in whose place it is. Any number of
 * consumers may do it at once.
 */
export async function registerSensors(pool: Pool, sensors: readonly SensorDescription[]): Promise<SensorRow[]> {
  // Sorted, so that two consumers that register the same sensors wait for each other in the same order.
  const sorted = sensors.toSorted((a, b) => (a.sensorId < b.sensorId ? -1 : 1))
  const ids = sorted.map((sensor) => sensor.sensorId)
  return inTransaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock_shared($1)', [ADVISORY_LOCKS.sensorIds])
    await client.query(
      `insert into sensors (sensor_id, sensor_type, location)
       select sensor_id, sensor_type, location from unnest($1::text[], $2::text[], $3::jsonb[]) with ordinality as n (sensor_id, sensor_type, location, place)
       where not exists (select from sensor_alias where alias_id = n.sensor_id) order by place on conflict (sensor_id) do nothing`,
      [ids, sorted.map((sensor) => sensor.sensorType), sorted.map((sensor) => sensor.location)])
    const { rows } = await client.query<SensorRow>(
      `select ${COLUMNS}, n.id as "sentAs" from unnest($1::text[]) as n (id) left join sensor_alias a on a.alias_id = n.id
       join sensors s on s.sensor_key = coalesce(a.sensor_key, (select sensor_key from sensors where sensor_id = n.id))`, [ids])
    return rows
  })
}

const COLUMNS = `s.sensor_key as "sensorKey", s.sensor_id as "sensorId", s.warning_threshold as "warningThreshold",
  s.critical_threshold as "criticalThreshold", coalesce(extract(epoch from s.replaced_at) * 1000000, 0)::int8 as "replacedUs"`

/** The sensors that were changed in the last so many seconds of the database's clock, once for each id that their readings come under. */
export async function changedSensors(db: Queryable, seconds: number): Promise<SensorRow[]> {
  const { rows } = await db.query<SensorRow>(
    `select ${COLUMNS}, sent.id as "sentAs"
     from sensors s cross join lateral (
       select s.sensor_id as id union all select alias_id from sensor_alias a where a.sensor_key = s.sensor_key) as sent
     where s.updated_at > now() - make_interval(secs => $1)`, [seconds])
  return rows
}

export interface SpecialSensors {
  /** By their keys: nothing is raised of them. */
  readonly decommissioned: readonly number[]
  /** Their readings come under several ids. */
  readonly aliased: readonly number[]
  /** Those with a device that isn't their first, and when it came, microseconds since 1970. */
  readonly replaced: readonly { readonly sensorKey: number, readonly replacedUs: number }[]
}

/** The few that are not as the others. */
export async function readSpecialSensors(db: Queryable): Promise<SpecialSensors> {
  const { rows } = await db.query<SpecialSensors>(
    `select array(select sensor_key from sensors where status = 'decommissioned') as decommissioned,
       array(select distinct sensor_key from sensor_alias) as aliased,
       (select coalesce(json_agg(json_build_object('sensorKey', sensor_key, 'replacedUs', (extract(epoch from replaced_at) * 1000000)::int8)), '[]')
        from sensors where replaced_at is not null) as replaced`)
  return rows[0] as SpecialSensors
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
  /** The id that the readings come under; null: the sensor's own. */
  readonly sentAs: string | null
  /** sha-256 of all the others. */
  readonly fingerprint: Buffer
}

/** Registers these descriptions of sensors where they are new, and returns the key of each, in the same order. */
export async function registerVersions(db: Queryable, versions: readonly SensorVersion[]): Promise<number[]> {
  const sorted = versions.toSorted((a, b) => a.sensorKey - b.sensorKey || Buffer.compare(a.fingerprint, b.fingerprint))
  const keys = [sorted.map((version) => version.sensorKey), sorted.map((version) => version.fingerprint)]
  await db.query(
    `insert into sensor_version (sensor_key, fingerprint, sensor_type, unit, location, warning_threshold, critical_threshold, producer_epoch,
       sent_as)
     select * from unnest($1::int[], $2::bytea[], $3::text[], $4::text[], $5::jsonb[], $6::float8[], $7::float8[], $8::text[], $9::text[])
     on conflict (sensor_key, fingerprint) do nothing`,
    [...keys, sorted.map((version) => version.sensorType), sorted.map((version) => version.unit), sorted.map((version) => version.location),
      sorted.map((version) => version.warningThreshold), sorted.map((version) => version.criticalThreshold),
      sorted.map((version) => version.epoch), sorted.map((version) => version.sentAs)])
  const { rows } = await db.query<{ key: number, id: string }>(
    `select version_key as key, sensor_key || ':' || encode(fingerprint, 'hex') as id from sensor_version
     where (sensor_key, fingerprint) in (select * from unnest($1::int[], $2::bytea[]))`, keys)
  const byId = new Map(rows.map((row) => [row.id, row.key]))
  return versions.map((version) => byId.get(`${version.sensorKey}:${version.fingerprint.toString('hex')}`) as number)
}
