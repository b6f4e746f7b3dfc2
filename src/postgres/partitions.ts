import { dayName, dayOf } from '../contract/timestamp.ts'
import { ADVISORY_LOCKS } from './advisory-locks.ts'
import { inTransaction } from './pool.ts'
import type { Pool, Queryable } from './pool.ts'

/** Days made before they are needed, so that no batch at midnight waits for a table. */
const DAYS_AHEAD = 7
/** Made in one transaction: each holds half a dozen locks, of the 6,400 that a server has by default. */
const PER_TRANSACTION = 50

/** A part of a table, by time. All its names are built from numbers, never from input. */
export interface Partition {
  readonly table: PartitionedTable
  readonly name: string
  /** Days since 1970-01-01 UTC; `to` is the first day after it. */
  readonly from: number
  readonly to: number
}

export type PartitionedTable = 'reading' | 'reading_minute' | 'reading_hour'

/** Of each table the length of its date in a partition's name: a day, a month, a year. */
const DATE_LENGTH: Readonly<Record<PartitionedTable, number>> = { reading: 8, reading_minute: 6, reading_hour: 4 }
/**
 * The rows of the running minute and hour are updated every few seconds, all of a page together: where half of it is free, in place. Measured
 * with 10,000 sensors: 2.4 s of processor and 56 MB of WAL for a million readings instead of 3.2 s and 81 MB, and a fifth of the disk.
 */
const FILL_FACTOR: Readonly<Record<PartitionedTable, number>> = { reading: 100, reading_minute: 50, reading_hour: 50 }

/** Today and the days after it, as days since 1970-01-01 UTC. */
export function daysAhead(nowMs = Date.now()): number[] {
  const today = dayOf(nowMs * 1000)
  return Array.from({ length: DAYS_AHEAD + 1 }, (_, index) => today + index)
}

/** The partition that holds this day. */
export function partitionOf(table: PartitionedTable, day: number): Partition {
  const [year = 0, month = 0] = dayName(day).split('-').map(Number)
  const name = `${table}_${dayName(day).replaceAll('-', '').slice(0, DATE_LENGTH[table])}`
  if (table === 'reading') return { table, name, from: day, to: day + 1 }
  if (table === 'reading_minute') return { table, name, from: firstDay(year, month - 1), to: firstDay(year, month) }
  return { table, name, from: firstDay(year, 0), to: firstDay(year + 1, 0) }
}

/** Null when it isn't the name of one of these partitions. */
export function partitionNamed(name: string): Partition | null {
  const [, table, year, month = '01', day = '01'] = /^(reading|reading_minute|reading_hour)_(\d{4})(\d\d)?(\d\d)?$/.exec(name) ?? []
  if (table === undefined) return null
  const partition = partitionOf(table as PartitionedTable, Date.parse(`${year}-${month}-${day}T00:00:00Z`) / 86_400_000)
  return partition.name === name ? partition : null
}

function firstDay(year: number, month: number): number {
  return Date.UTC(year, month) / 86_400_000
}

/**
 * Makes the partitions that hold these days (since 1970-01-01 UTC) where they are missing: of the readings, and of what they are rolled up to.
 * Each is created apart and then attached: `create table … partition of` would lock out every reader and writer of the whole table,
 * attaching doesn't.
 */
export async function createPartitions(pool: Pool, days: readonly number[]): Promise<void> {
  const wanted = new Map<string, Partition>()
  for (const table of ['reading_hour', 'reading_minute', 'reading'] as const) {
    for (const day of days) {
      const partition = partitionOf(table, day)
      wanted.set(partition.name, partition)
    }
  }
  const missing = await missingOf(pool, [...wanted.values()])
  for (let at = 0; at < missing.length; at += PER_TRANSACTION) await createAll(pool, missing.slice(at, at + PER_TRANSACTION))
}

/** Those of these days whose readings have their partition: of the others they are dropped. */
export async function presentDays(db: Queryable, days: readonly number[]): Promise<number[]> {
  const missing = new Set((await missingOf(db, days.map((day) => partitionOf('reading', day)))).map(({ from }) => from))
  return days.filter((day) => !missing.has(day))
}

async function createAll(pool: Pool, partitions: readonly Partition[]): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.createPartitions])
    for (const { table, name, from, to, detaching } of await missingOf(client, partitions)) {
      if (detaching) await client.query(`alter table ${table} detach partition ${name} finalize`)
      await client.query(`
        create table if not exists ${name} (like ${table} including defaults including constraints) with (fillfactor = ${FILL_FACTOR[table]})`)
      await client.query(`
        alter table ${table} attach partition ${name} for values from ('${dayName(from)} 00:00:00Z') to ('${dayName(to)} 00:00:00Z')`)
    }
  })
}

/** Those that are not part of their table; one that was detached is attached again, also where that was broken off in the middle. */
async function missingOf(db: Queryable, partitions: readonly Partition[]): Promise<(Partition & { readonly detaching: boolean })[]> {
  if (partitions.length === 0) return []
  // Not by to_regclass: that remembers, until the end of the transaction, that there was no such table before we waited for the lock.
  const { rows } = await db.query<{ name: string, detaching: boolean }>(`
    select c.relname as name, i.inhdetachpending as detaching from pg_class c join pg_inherits i on i.inhrelid = c.oid
    where c.relname = any($1) and c.relnamespace = 'public'::regnamespace`, [partitions.map(({ name }) => name)])
  const found = new Map(rows.map(({ name, detaching }) => [name, detaching]))
  return partitions.filter(({ name }) => found.get(name) !== false).map((partition) => ({ ...partition, detaching: found.has(partition.name) }))
}
