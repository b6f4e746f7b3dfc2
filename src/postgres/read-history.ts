import { tenMinutes } from './bucket-index.ts'
import { isGoodQuality } from './good-quality.ts'
import type { Queryable } from './pool.ts'

/** What the readings of one step come to. */
export interface HistoryRow {
  /** Begin of the step, milliseconds since 1970. */
  readonly timeMs: number
  readonly readings: number
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly last: number
  /** The worst: 0 normal, 1 warning, 2 critical. */
  readonly level: 0 | 1 | 2
  /** Readings of a bad quality: they are counted here, and make the row only where there are no others. Minutes and hours have none. */
  readonly bad: number
  /** It is made of readings of a good quality. */
  readonly good: boolean
}

export interface HistoryQuestion {
  readonly sensorKey: number
  /** Milliseconds since 1970. */
  readonly fromMs: number
  /** Not included. */
  readonly toMs: number
  /** Steps begin at whole multiples of it since 1970. */
  readonly stepMs: number
}

/** Where steps are counted from. */
const EPOCH = `timestamptz '1970-01-01 00:00:00+00'`
const STEP = `make_interval(secs => $4::float8 / 1000)`

/**
 * 2^-64 of a value. PostgreSQL raises an error where a sum is more than a number holds, and where a part is less; any finite number is a
 * reading. What is smaller than 1e-200 counts as 0, so that no difference of two of them is too small to be divided.
 */
const scaled = (value: string): string => `(case when abs(${value}) < 1e-200 then 0 else ${value} * (2::float8 ^ -64) end)`

/** Of rows that have `readings`, `min_value`, `max_value`, `mean_value`, `last_value`, `level` and `time`: the columns of a `HistoryRow`. */
const MERGED = `sum(readings)::bigint as readings, min(min_value) as min, max(max_value) as max,
  least(${scaled('max(max_value)')}, greatest(${scaled('min(min_value)')}, sum(${scaled('mean_value')} * readings) / sum(readings)))
    * (2::float8 ^ 64) as mean,
  (array_agg(last_value order by time))[count(*)] as last, max(level) as level`
const AT = (time: string): string => `date_part('epoch', ${time}) * 1000 as "timeMs"`

const READING = `
  with found as materialized (
    select time, value as min_value, value as max_value, value as mean_value, value as last_value, level, 1 as readings,
      ${isGoodQuality('quality')} as is_good
    from reading
    where sensor_key = $1 and time >= $2::timestamptz and time < $3::timestamptz
      and ${tenMinutes('time')} between ${tenMinutes('$2::timestamptz')} and ${tenMinutes('$3::timestamptz')}
    limit $5::int + 1),
  counted as (select count(*) as found from found),
  step as (
    select found, case when found <= $6::int then time else date_bin(${STEP}, time, ${EPOCH}) end as step, f.* from found f cross join counted
    where found <= $5::int),
  judged as (
    select step.*, count(*) filter (where not is_good) over of_step as bad, bool_or(is_good) over of_step as has_good
    from step window of_step as (partition by step))
  select found, ${AT('step')}, ${MERGED}, max(bad) as bad, bool_and(has_good) as good from judged where is_good = has_good group by found, step
  union all select found, null, null, null, null, null, null, null, null, null from counted where found > $5::int
  order by 2`

/**
 * From the readings themselves. At most `mostRead` of them are read: null when there are more. Where there are no more than `mostPoints`
 * each moment at which something was read is a row.
 */
export async function readReadings(
  db: Queryable, question: HistoryQuestion, mostRead: number, mostPoints: number,
): Promise<{ readonly rows: HistoryRow[], readonly single: boolean } | null> {
  const { rows } = await db.query<HistoryRow & { readonly found: number }>(READING, [...parametersOf(question), mostRead, mostPoints])
  const found = rows[0]?.found ?? 0
  return found > mostRead ? null : { rows, single: found <= mostPoints }
}

/** From the rollups by minute or by hour; the step has to be whole ones of these. */
export async function readRollups(db: Queryable, level: 'minute' | 'hour', question: HistoryQuestion): Promise<HistoryRow[]> {
  const { rows } = await db.query<HistoryRow>(`
    select ${AT(`date_bin(${STEP}, bucket, ${EPOCH})`)}, ${MERGED}, 0 as bad, true as good
    from (
      select bucket, bucket as time, readings, min_value, max_value, mean_value, last_value, worst_level as level from reading_${level}
      where sensor_key = $1 and bucket >= $2::timestamptz and bucket < $3::timestamptz) as rolled_up
    group by date_bin(${STEP}, bucket, ${EPOCH}) order by 1`, parametersOf(question))
  return rows
}

/** Times as texts: so they are constants to the planner, which then looks at those partitions only. */
function parametersOf({ sensorKey, fromMs, toMs, stepMs }: HistoryQuestion): unknown[] {
  return [sensorKey, new Date(fromMs).toISOString(), new Date(toMs).toISOString(), stepMs]
}

/** The begin of what is kept of a table, milliseconds since 1970; null: nothing. */
export interface OldestKept {
  readonly readingMs: number | null
  readonly minuteMs: number | null
}

/** What is older was dropped, or there never was any. */
export async function readOldestKept(db: Queryable): Promise<OldestKept> {
  const { rows } = await db.query<OldestKept>(`
    with kept as (
      select inhparent, (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \\(''([^'']+)'''))[1]::timestamptz as oldest
      from pg_inherits join pg_class c on c.oid = inhrelid
      where inhparent in ('reading'::regclass, 'reading_minute'::regclass) and not inhdetachpending)
    select (extract(epoch from min(oldest) filter (where inhparent = 'reading'::regclass)) * 1000)::float8 as "readingMs",
      (extract(epoch from min(oldest) filter (where inhparent = 'reading_minute'::regclass)) * 1000)::float8 as "minuteMs"
    from kept`)
  return rows[0] ?? { readingMs: null, minuteMs: null }
}
