import { dayOf } from '../src/contract/timestamp.ts'
import { createPartitions } from '../src/postgres/partitions.ts'
import type { Pool } from '../src/postgres/pool.ts'
import { progress, whole } from './report.ts'

/** The share of the sensors that have rollups of before the readings; those with the lowest keys. */
export const LONG_SHARE = 0.1
const INTERVAL_S = 10
const LONG_MINUTES = 4 * 24 * 60
const LONG_HOURS = 365 * 24
/** Rows of one statement. */
const CHUNK_ROWS = 1_000_000
const WORKERS = 2

export interface HistorySize {
  readonly readings: number
  readonly sensors: number
}

export interface FilledHistory {
  readonly readings: number
  /** Of the readings, milliseconds since 1970. */
  readonly beginMs: number
  readonly endMs: number
}

/**
 * Readings and rollups as if so many sensors had reported every 10 s until now, in the order in which they would have come. Written by SQL
 * alone: to consume them would take hours.
 */
export async function fillHistory(pool: Pool, { readings, sensors }: HistorySize): Promise<FilledHistory> {
  const rounds = Math.ceil(readings / sensors)
  const endMs = Math.floor(Date.now() / 3_600_000) * 3_600_000
  const beginMs = endMs - rounds * INTERVAL_S * 1000
  const daysBefore = (days: number): number => dayOf(endMs * 1000) - days
  // All months and years that the rollups have; the readings' days among them.
  await createPartitions(pool, Array.from({ length: 367 }, (_, index) => daysBefore(index)))
  await addSensors(pool, sensors, endMs)

  await inChunks(rounds * sensors, 'readings', (from, to) => pool.query(`
    insert into reading (time, value, sequence, sensor_key, version_key, batch_id, reading_count, quality, offset_in_batch, level)
    select $3::timestamptz + make_interval(secs => n / $4 * ${INTERVAL_S} + (n % $4) * ${INTERVAL_S}.0 / $4), 25 + (n * 7919 % 1000) / 100.0,
      n / $4, 1 + n % $4, 1 + n % $4, (n / 20000)::int, (n / $4)::int, 1, n % 20000, case n % 100 when 0 then 1 else 0 end
    from generate_series($1::bigint, $2::bigint - 1) as n`, [from, to, new Date(beginMs).toISOString(), sensors]))
  const rollUps = async (table: string, unitS: number, count: number, firstSensor: number, untilSensor: number): Promise<void> => {
    const per = untilSensor - firstSensor
    const begin = new Date(endMs - count * unitS * 1000).toISOString()
    const bucket = `$3::timestamptz + make_interval(secs => n / $4 * ${unitS})`
    await inChunks(count * per, table, (from, to) => pool.query(`
      insert into ${table} (sensor_key, readings, bucket, last_time, min_value, max_value, mean_value, last_value, worst_level)
      select $5 + n % $4, ${unitS / INTERVAL_S}, ${bucket}, ${bucket} + interval '${unitS - 1} s', 25, 35, 30 + (n * 7919 % 100) / 100.0, 31, 0
      from generate_series($1::bigint, $2::bigint - 1) as n`, [from, to, begin, per, firstSensor]))
  }
  const long = Math.floor(sensors * LONG_SHARE)
  const minutes = Math.ceil(rounds * INTERVAL_S / 60)
  await rollUps('reading_minute', 60, LONG_MINUTES, 1, long + 1)
  await rollUps('reading_minute', 60, minutes, long + 1, sensors + 1)
  await rollUps('reading_hour', 3_600, LONG_HOURS, 1, long + 1)
  await rollUps('reading_hour', 3_600, Math.ceil(minutes / 60), long + 1, sensors + 1)
  progress('vacuum and analyze')
  for (const table of ['reading', 'reading_minute', 'reading_hour', 'sensors', 'sensor_version', 'sensor_state']) {
    await pool.query(`vacuum analyze ${table}`)
  }
  await pool.query('checkpoint').catch(() => undefined)
  return { readings: rounds * sensors, beginMs, endMs }
}

async function addSensors(pool: Pool, sensors: number, endMs: number): Promise<void> {
  await pool.query(`
    insert into sensors (sensor_id, sensor_type, location)
    select 'sensor-' || n, (array['temperature', 'vibration', 'energy', 'humidity', 'pressure'])[1 + n % 5],
      jsonb_build_object('factory_section', 'section-' || n % 5, 'zone', 'zone-' || n % 20, 'machine_id', 'machine-' || n % 1000)
    from generate_series(1, $1::int) as n order by n`, [sensors])
  await pool.query(`
    insert into sensor_version (sensor_key, sensor_type, unit, location, producer_epoch, fingerprint)
    select sensor_key, sensor_type, '°C', location, 'epoch-1', sha256(sensor_id::bytea) from sensors order by sensor_key`)
  await pool.query(`
    insert into sensor_state (sensor_key, version_key, last_time, last_value, last_quality, last_level, readings, interval_ms)
    select sensor_key, version_key, $1::timestamptz, 30, 1, 0, 10000, ${INTERVAL_S * 1000} from sensor_version order by sensor_key`,
  [new Date(endMs).toISOString()])
}

/** Has so many rows written by several connections at once, one chunk after the other. */
async function inChunks(rows: number, what: string, write: (from: number, to: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const begunMs = performance.now()
  const work = async (): Promise<void> => {
    while (next < rows) {
      const from = next
      next = Math.min(rows, from + CHUNK_ROWS)
      await write(from, Math.min(rows, from + CHUNK_ROWS))
      if (Math.floor(from / CHUNK_ROWS) % 10 !== 9) continue
      progress(`${whole(next)} of ${whole(rows)} ${what} after ${whole((performance.now() - begunMs) / 1000)} s`)
    }
  }
  await Promise.all(Array.from({ length: WORKERS }, work))
}
