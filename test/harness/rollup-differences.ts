import type { Pool } from '../../src/postgres/pool.ts'

/** What the rollups would be if they were made at once of all readings that have no bad quality, by other means than those of the rollups themselves. */
const RECOMPUTED = (unit: 'minute' | 'hour'): string => `
  select r.sensor_key, date_trunc('${unit}', r.time) as bucket, count(*) as readings, max(r.time) as last_time, min(r.value) as min_value,
    max(r.value) as max_value, avg(r.value::numeric) as mean_value, max(r.level) as worst_level,
    (array_agg(r.value order by r.time desc, b.first_offset + r.offset_in_batch desc))[1] as last_value
  from reading r join batch b using (batch_id) where coalesce(r.quality, 1) >= 0.5 group by 1, 2`

const BUCKETS = (unit: 'minute' | 'hour'): string => `
  select '${unit} ' || coalesce(m.bucket, w.bucket) || ' of ' || coalesce(m.sensor_key, w.sensor_key) || ': ' || to_json(m) || ' instead of ' || to_json(w) as difference
  from reading_${unit} m full join (${RECOMPUTED(unit)}) w on w.sensor_key = m.sensor_key and w.bucket = m.bucket
  where (m.readings, m.last_time, m.min_value, m.max_value, m.last_value, m.worst_level)
      is distinct from (w.readings, w.last_time, w.min_value, w.max_value, w.last_value, w.worst_level)
    or abs(m.mean_value::numeric - w.mean_value) > 1e-9 * greatest(abs(w.min_value::numeric), abs(w.max_value::numeric)) + 1e-290
  order by 1 limit 10`

const STATES = `
  select 'state of ' || coalesce(s.sensor_key, w.sensor_key) || ': ' || to_json(s) || ' instead of ' || to_json(w) as difference
  from sensor_state s full join (
    select distinct on (r.sensor_key) r.sensor_key, r.version_key, r.time, r.value, r.quality, r.level, count(*) over (partition by r.sensor_key) as readings
    from reading r join batch b using (batch_id) order by r.sensor_key, r.time desc, b.first_offset + r.offset_in_batch desc) w using (sensor_key)
  where (s.version_key, s.last_time, s.last_value, s.last_quality, s.last_level, s.readings)
    is distinct from (w.version_key, w.time, w.value, w.quality, w.level, w.readings)
  order by 1 limit 10`

/** Where the rollups are not what the readings come to; some of them. Of one sensor, no two readings of different logs may have the same time. */
export async function rollupDifferences(pool: Pool): Promise<string[]> {
  const found: string[] = []
  for (const statement of [BUCKETS('minute'), BUCKETS('hour'), STATES]) {
    found.push(...(await pool.query<{ difference: string }>(statement)).rows.map(({ difference }) => difference))
  }
  return found
}
