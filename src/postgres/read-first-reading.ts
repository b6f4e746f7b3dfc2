import type { Queryable } from './pool.ts'

/** The database's own clock, which `committed_at` is of. */
export async function readDatabaseTime(db: Queryable): Promise<Date> {
  const { rows } = await db.query<{ now: Date }>('select clock_timestamp() as now')
  return (rows[0] as { now: Date }).now
}

/** Of each log, at most: reading the batches of a backlog one by one would take long, and the newest ones are enough. */
const NEWEST_BATCHES = 20

/**
 * True when a reading is stored that was made after `madeAfter`, by the sensors' clock, and committed after `committedAfter`, by the
 * database's: a sensor whose clock is ahead may have stored one with such a time before.
 */
export async function isReadingStored(db: Queryable, madeAfter: Date, committedAfter: Date): Promise<boolean> {
  const { rows } = await db.query<{ stored: boolean }>(`
    select exists (
      select from partition_log l
      cross join lateral (
        select batch_id, committed_at from batch where log_key = l.log_key order by first_offset desc limit ${NEWEST_BATCHES}) b
      join reading r on r.batch_id = b.batch_id
      where l.closed_at is null and b.committed_at > $2 and r.time > $1) as stored`, [madeAfter, committedAfter])
  return rows[0]?.stored === true
}
