import { dayName } from '../contract/timestamp.ts'
import { isLockTimeout } from './errors.ts'
import { isGoodQuality } from './good-quality.ts'
import { createPartitions, partitionOf, presentDays } from './partitions.ts'
import { inTransaction } from './pool.ts'
import type { Client, Pool, Queryable } from './pool.ts'

interface PendingBatch {
  readonly logKey: number
  /** Up to where the log is rolled up. */
  readonly position: number
  readonly batchId: number
  readonly firstOffset: number
  readonly nextOffset: number
  /** Since 1970-01-01 UTC; null: written by a release that didn't note them. */
  readonly days: readonly number[] | null
}

/** What one transaction rolls up: batches that lie among each other in the table, of one log or several. */
interface Portion {
  readonly batches: readonly PendingBatch[]
  readonly firstId: number
  readonly lastId: number
}

/**
 * Offsets of one transaction, about half a second of work. With 10,000 sensors a million readings cost 2.4 s of processor in portions of
 * 100,000, 1.2 s in these. No more than 2^20; see SCALED_SUM.
 */
export const PORTION_OFFSETS = 500_000
const PORTION_BATCHES = 1_000
/** Between the ids of one log's batches in a portion. Consumers reserve some dozen ids at a time, and what is between is looked through. */
const MAX_ID_DISTANCE = 20_000
/** What they come to is kept in memory, not on disk: 5 MB with 10,000 sensors, 50 MB with 100,000. */
const WORK_MEM = '64MB'

/**
 * Brings the readings of these logs that were stored since the last time into the rollups, in a transaction that is open, which may have
 * stored some of them itself: one portion, and the logs' positions move with it. So the rollups hold exactly the readings below the
 * positions, whoever is killed when, and late readings need nothing special. Logs that had these partitions before (the topic was replaced,
 * or came back shorter) are finished too. Returns whether there may be more.
 */
export async function rollUpIn(client: Client, logKeys: readonly number[], portionOffsets = PORTION_OFFSETS): Promise<boolean> {
  const pending = await readPending(client, logKeys)
  if (pending.length === 0) return false
  const portion = choosePortion(pending, portionOffsets)
  await rollUpPortion(client, portion, await daysOf(client, portion))
  return hasMore(portion, pending)
}

/** The same in a transaction of its own, after making what it needs. */
export async function rollUp(pool: Pool, logKeys: readonly number[], portionOffsets = PORTION_OFFSETS): Promise<boolean> {
  const pending = await readPending(pool, logKeys)
  if (pending.length === 0) return false
  const portion = choosePortion(pending, portionOffsets)
  const days = await daysOf(pool, portion)
  await prepareRollUp(pool, days)
  await inTransaction(pool, (client) => rollUpPortion(client, portion, days))
  return hasMore(portion, pending)
}

/** Days (since 1970-01-01 UTC) that are about to be rolled up: their partitions, and an index that knows what was just stored. */
export async function prepareRollUp(pool: Pool, days: readonly number[]): Promise<void> {
  await createPartitions(pool, days)
  await summarise(pool, days)
}

async function rollUpPortion(client: Client, portion: Portion, days: readonly number[]): Promise<void> {
  if (!(await movePositions(client, portion))) return
  // Sorting: for the same reason it would sort all readings instead of hashing them.
  await client.query(`set local work_mem = '${WORK_MEM}'; set local enable_sort = off`)
  for (const day of days) await rollUpDay(client, portion, day)
}

function hasMore(portion: Portion, pending: readonly PendingBatch[]): boolean {
  return portion.batches.length < pending.length || pending.length >= PORTION_BATCHES
}

async function readPending(db: Queryable, logKeys: readonly number[]): Promise<PendingBatch[]> {
  const { rows } = await db.query<PendingBatch>(`
    select l.log_key as "logKey", l.position, b.batch_id as "batchId", b.first_offset as "firstOffset", b.next_offset as "nextOffset",
      case when b.days is not null then array(select day - date '1970-01-01' from unnest(b.days) as day order by 1) end as days
    from (
      select distinct each.log_key, coalesce(p.next_offset, each.first_offset) as position
      from partition_log own join partition_log each using (topic, partition) left join rollup_position p on p.log_key = each.log_key
      where own.log_key = any($1)) l
    cross join lateral (
      select * from batch where log_key = l.log_key and first_offset >= l.position order by first_offset limit $2) b
    order by l.log_key, b.first_offset`, [logKeys, PORTION_BATCHES])
  return rows
}

/** The same share of each log; then only those whose batches lie among those of the oldest: the others would make the pass a long one. */
function choosePortion(pending: readonly PendingBatch[], portionOffsets: number): Portion {
  const logs = [...Map.groupBy(pending, (batch) => batch.logKey).values()]
  const shares = logs.map((batches) => {
    const first = batches[0] as PendingBatch
    const end = first.firstOffset + portionOffsets / logs.length
    const beyond = batches.findIndex((batch) => batch !== first && (batch.nextOffset > end || Math.abs(batch.batchId - first.batchId) > MAX_ID_DISTANCE))
    const taken = batches.slice(0, beyond === -1 ? batches.length : beyond)
    const ids = taken.map((batch) => batch.batchId)
    return { batches: taken, firstId: Math.min(...ids), lastId: Math.max(...ids) } satisfies Portion
  })
  return shares.toSorted((a, b) => a.firstId - b.firstId).reduce((portion, share) => (share.firstId > portion.lastId ? portion : {
    batches: [...portion.batches, ...share.batches], firstId: portion.firstId, lastId: Math.max(portion.lastId, share.lastId),
  }))
}

async function daysOf(db: Queryable, { batches, firstId, lastId }: Portion): Promise<number[]> {
  const days = new Set(batches.flatMap((batch) => batch.days ?? []))
  const unknown = batches.filter((batch) => batch.days === null).map((batch) => batch.batchId)
  if (unknown.length > 0) {
    const { rows } = await db.query<{ day: number }>(`
      select distinct (time at time zone 'UTC')::date - date '1970-01-01' as day from reading
      where batch_id = any($1) and batch_id between $2 and $3`, [unknown, firstId, lastId])
    for (const { day } of rows) days.add(day)
  }
  return presentDays(db, [...days].toSorted((a, b) => a - b))
}

/**
 * Batches are found by an index of page ranges. Ranges that PostgreSQL has not summed up yet are read whole, and it does that once a minute
 * for 256 of them at most, of 2,400 that are filled at 70,000 readings/s.
 */
async function summarise(pool: Pool, days: readonly number[]): Promise<void> {
  await inTransaction(pool, async (client) => {
    // Whoever waits for the lock for a second ends the autovacuum that has it, and that has to come through some day.
    await client.query(`set local lock_timeout = '100ms'`)
    await client.query(`
      select brin_summarize_new_values(i.indexrelid) from pg_index i
      join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam and a.amname = 'brin' join pg_class t on t.oid = i.indrelid
      where t.relname = any($1) and t.relnamespace = 'public'::regnamespace`, [days.map((day) => partitionOf('reading', day).name)])
  }).catch((error: unknown) => {
    if (!isLockTimeout(error)) throw error
  })
}

/** False: somebody else has moved one since it was read. Whoever comes second waits here for the first. */
async function movePositions(client: Client, { batches }: Portion): Promise<boolean> {
  const ends = [...new Map(batches.map((batch) => [batch.logKey, batch])).values()].toSorted((a, b) => a.logKey - b.logKey)
  const logKeys = ends.map((batch) => batch.logKey)
  await client.query(`
    insert into rollup_position (log_key, next_offset)
    select log_key, first_offset from partition_log where log_key = any($1) order by log_key on conflict do nothing`, [logKeys])
  const { rows } = await client.query<{ position: number }>(
    'select next_offset as position from rollup_position where log_key = any($1) order by log_key for update', [logKeys])
  if (rows.some(({ position }, index) => position !== ends[index]?.position)) return false
  await client.query(`
    update rollup_position p set next_offset = d.next_offset from unnest($1::int2[], $2::int8[]) as d (log_key, next_offset)
    where p.log_key = d.log_key`, [logKeys, ends.map((batch) => batch.nextOffset)])
  return true
}

/**
 * Values are scaled down before they are added up, and those that would vanish by it count as 0: a sum of finite numbers may be more than a
 * number holds, and PostgreSQL raises an error for that and for a product that is too small. A factor of 2^20 for at most as many readings.
 */
const SCALED_SUM = 'sum(case when abs(r.value) < 1e-290 then 0 else r.value * 2 ^ -20 end)'
/** A little less than the greatest number, which a rounded mean could exceed. */
const LIMIT = "(float8 '1.7976931348623e308' * 2 ^ -20)"
const mean = (sum: string, readings: string): string => `greatest(least(${sum} / ${readings}, ${LIMIT}), -${LIMIT}) * 2 ^ 20`
const MERGED = `
  readings = m.readings + excluded.readings, min_value = least(m.min_value, excluded.min_value),
  max_value = greatest(m.max_value, excluded.max_value), worst_level = greatest(m.worst_level, excluded.worst_level),
  mean_value = merged_mean(m.mean_value, m.readings, excluded.mean_value, excluded.readings),
  last_value = case when excluded.last_time >= m.last_time then excluded.last_value else m.last_value end,
  last_time = greatest(m.last_time, excluded.last_time)`
const COLUMNS = 'sensor_key, bucket, readings, last_time, min_value, max_value, mean_value, last_value, worst_level'

/**
 * Of the reading's batch; -1: it is none of the portion's. Not by a join: of batches that are newer than the statistics the planner expects
 * one reading, and would compare each of them with each batch.
 */
const FIRST_OFFSET = '($1::int8[])[r.batch_id - $2 + 1]'

/**
 * Readings of a bad quality are in no minute and no hour, but a sensor's newest reading may be one. `last` begins with time and offset, so the
 * greatest is the newest. Rows are written in the order of their keys, lest two that meet deadlock.
 */
const ROLL_UP_DAY = `
  with part as materialized (
    select r.sensor_key, date_bin('1 minute', r.time, '2000-01-01 00:00:00+00') as minute,
      ${isGoodQuality('r.quality')} as is_good, count(*) as readings, min(r.time) as first_time,
      min(r.value) as min_value, max(r.value) as max_value, ${SCALED_SUM} as scaled_sum, max(r.level) as worst_level,
      max(array[date_part('epoch', r.time), ${FIRST_OFFSET} + r.offset_in_batch, r.value, r.level, r.version_key, r.quality]) as last
    from reading r
    where r.batch_id between $2 and $3 and r.time >= $4::timestamptz and r.time < $5::timestamptz and ${FIRST_OFFSET} >= 0
    group by 1, 2, 3
  ), minutes as (
    insert into reading_minute as m (${COLUMNS})
    select sensor_key, minute, readings, to_timestamp(last[1]), min_value, max_value, ${mean('scaled_sum', 'readings')}, last[3], worst_level
    from part where is_good order by 1, 2
    on conflict (sensor_key, bucket) do update set ${MERGED}
  ), hours as (
    insert into reading_hour as m (${COLUMNS})
    select sensor_key, date_bin('1 hour', minute, '2000-01-01 00:00:00+00'), sum(readings), to_timestamp((max(last))[1]), min(min_value),
      max(max_value), ${mean('sum(scaled_sum)', 'sum(readings)')}, (max(last))[3], max(worst_level)
    from part where is_good group by 1, 2 order by 1, 2
    on conflict (sensor_key, bucket) do update set ${MERGED}
  )
  insert into sensor_state as s (sensor_key, version_key, last_time, last_value, last_quality, last_level, readings, interval_ms)
  select sensor_key, (max(last))[5]::int, to_timestamp((max(last))[1]), (max(last))[3], (max(last))[6]::real, (max(last))[4]::int2, sum(readings),
    case when sum(readings) > 1 then
      least(extract(epoch from to_timestamp((max(last))[1]) - min(first_time)) * 1000 / (sum(readings) - 1), 2147483647)::int end
  from part group by 1 order by 1
  on conflict (sensor_key) do update set
    version_key = case when excluded.last_time >= s.last_time then excluded.version_key else s.version_key end,
    last_value = case when excluded.last_time >= s.last_time then excluded.last_value else s.last_value end,
    last_quality = case when excluded.last_time >= s.last_time then excluded.last_quality else s.last_quality end,
    last_level = case when excluded.last_time >= s.last_time then excluded.last_level else s.last_level end,
    last_time = greatest(s.last_time, excluded.last_time), readings = s.readings + excluded.readings,
    interval_ms = coalesce(excluded.interval_ms, case when excluded.last_time > s.last_time then
      least(extract(epoch from excluded.last_time - s.last_time) * 1000, 2147483647)::int end, s.interval_ms)`

/** Only one partition is looked at: the bounds of the day are known when the statement is planned. */
async function rollUpDay(client: Client, { batches, firstId, lastId }: Portion, day: number): Promise<void> {
  const firstOffsets = Array.from({ length: lastId - firstId + 1 }, () => -1)
  for (const { batchId, firstOffset } of batches) firstOffsets[batchId - firstId] = firstOffset
  await client.query(ROLL_UP_DAY, [firstOffsets, firstId, lastId, `${dayName(day)} 00:00:00Z`, `${dayName(day + 1)} 00:00:00Z`])
}
