import type { Queryable } from './pool.ts'

/** How many offsets one consumer committed of one log in one second. */
export interface CommittedCount {
  readonly logKey: number
  readonly consumerId: string
  /** Since 1970, by the database's clock. */
  readonly second: number
  readonly count: number
  /** The highest offset that these batches end before: where to go on. */
  readonly nextOffset: number
}

export interface LogPosition {
  readonly logKey: number
  readonly nextOffset: number
}

/** Of one log and one call; what is over comes with the next call. 20,000 are 10 minutes at 33 batches a second. */
const MAX_BATCHES = 20_000
const GROUPED = `b.log_key as "logKey", b.consumer_id as "consumerId", floor(extract(epoch from b.committed_at))::bigint as second,
  sum(b.next_offset - b.first_offset)::bigint as count, max(b.next_offset) as "nextOffset"`

/** What was committed to these logs from the given offsets on: an index range each, however many batches there are before. */
export async function readBatchesFrom(db: Queryable, positions: readonly LogPosition[]): Promise<CommittedCount[]> {
  const { rows } = await db.query<CommittedCount>(`
    select ${GROUPED}
    from unnest($1::smallint[], $2::bigint[]) as seen (log_key, next_offset)
    cross join lateral (
      select * from batch where log_key = seen.log_key and first_offset >= seen.next_offset order by first_offset limit ${MAX_BATCHES}) b
    group by 1, 2, 3`, [positions.map((position) => position.logKey), positions.map((position) => position.nextOffset)])
  return rows
}

/** What was committed to these logs in the last `windowS` seconds: reads each log's batches backwards from its end. */
export async function readLatestBatches(db: Queryable, logKeys: readonly number[], windowS: number): Promise<CommittedCount[]> {
  const { rows } = await db.query<CommittedCount>(`
    select ${GROUPED}
    from unnest($1::smallint[]) as log (log_key)
    cross join lateral (
      select * from batch where log_key = log.log_key order by first_offset desc limit ${MAX_BATCHES}) b
    where b.committed_at > now() - make_interval(secs => $2)
    group by 1, 2, 3`, [logKeys, windowS])
  return rows
}
