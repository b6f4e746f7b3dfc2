import { dayName, dayOf } from '../contract/timestamp.ts'
import { inTransaction } from './pool.ts'
import type { Pool } from './pool.ts'

/** Days made before they are needed, so that no batch at midnight waits for a table. */
const DAYS_AHEAD = 7
/** One maker at a time; two that make the same table would fail on its type's name. */
const LOCK = 7_201_456

/** Today and the days after it, as days since 1970-01-01 UTC. */
export function daysAhead(nowMs = Date.now()): number[] {
  const today = dayOf(nowMs * 1000)
  return Array.from({ length: DAYS_AHEAD + 1 }, (_, index) => today + index)
}

/**
 * Makes the `reading` partitions of these days (since 1970-01-01 UTC) where they are missing. Each is created apart and then
 * attached: `create table … partition of` would lock out every reader and writer of the whole table, attaching doesn't.
 */
export async function createPartitions(pool: Pool, days: readonly number[]): Promise<void> {
  for (const day of days) await createPartition(pool, day)
}

async function createPartition(pool: Pool, day: number): Promise<void> {
  // Built from a number, never from input.
  const name = `reading_${dayName(day).replaceAll('-', '')}`
  if (await exists(pool, name)) return
  await inTransaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [LOCK])
    if (await exists(client, name)) return
    await client.query(`create table ${name} (like reading including defaults including constraints)`)
    await client.query(`alter table reading attach partition ${name} for values from ('${dayName(day)} 00:00:00Z') to ('${dayName(day + 1)} 00:00:00Z')`)
  })
}

async function exists(client: Pick<Pool, 'query'>, name: string): Promise<boolean> {
  // Not by to_regclass: that remembers, until the end of the transaction, that there was no such table before we waited for the lock.
  const { rowCount } = await client.query(`select from pg_class where relname = $1 and relnamespace = 'public'::regnamespace`, [name])
  return rowCount === 1
}
