import type { Client } from './pool.ts'

const INDEX = 'reading_sensor_key_bucket'

/**
 * The expression of the index for a time, which is SQL of our own code: the planner takes the index only where a query has it character by
 * character. The migration that made the index has it too.
 */
export function tenMinutes(time: string): string {
  return `date_bin('10 minutes', ${time}, '2000-01-01 00:00:00+00')`
}

/**
 * Builds the index by sensor and ten minutes on each partition of `reading` that was made before there was one, the newest first, beside
 * whoever reads and writes. May take hours; broken off, it goes on with the partition that it was at. Not by a migration, which would hold
 * everything up.
 */
export async function buildMissingIndexes(client: Client, onBuilt: (partition: string) => void): Promise<void> {
  // It waits for every transaction that is there, and such a one may be an export of a year.
  await client.query(`set lock_timeout = '1h'`)
  const { rows } = await client.query<{ name: string }>(`
    select c.relname as name from pg_inherits t join pg_class c on c.oid = t.inhrelid
    where t.inhparent = 'reading'::regclass and not t.inhdetachpending and not exists (
      select from pg_inherits p join pg_index i on i.indexrelid = p.inhrelid where p.inhparent = '${INDEX}'::regclass and i.indrelid = c.oid)
    order by c.relname desc`)
  for (const { name } of rows) {
    const index = `${name}_sensor_key_bucket`
    // Left by one that was broken off, and never finished.
    await client.query(`drop index concurrently if exists ${index}`)
    await client.query(`create index concurrently ${index} on ${name} (sensor_key, ${tenMinutes('time')})`)
    await client.query(`alter index ${INDEX} attach partition ${index}`)
    onBuilt(name)
  }
}
