import type { Queryable } from './pool.ts'

export interface GapRow {
  readonly logKey: number
  readonly firstOffset: number
  readonly lastOffset: number | null
  readonly reason: string
  readonly detail: string
  readonly detectedAt: Date
  /** All gaps of this log, also those that are not returned. */
  readonly gapsCount: number
}

/** The newest 20 gaps of each log. */
export async function readGaps(db: Queryable): Promise<GapRow[]> {
  const { rows } = await db.query<GapRow>(`
    select * from (
      select log_key as "logKey", first_offset as "firstOffset", last_offset as "lastOffset", reason, detail, detected_at as "detectedAt",
        (count(*) over (partition by log_key))::bigint as "gapsCount",
        row_number() over (partition by log_key order by detected_at desc, first_offset desc) as place
      from log_gap) as numbered
    where place <= 20 order by "logKey", place`)
  return rows
}

export interface PendingRow {
  readonly logKey: number
  readonly alerts: number
  readonly deadLetters: number
}

/** While Kafka is away the outbox grows without bound; counting it must not. */
export const MAX_PENDING_COUNTED = 10_000

/**
 * What is stored and not yet published, of the logs that have any, each counted up to `MAX_PENDING_COUNTED`. The order is for the
 * planner: without it the limit makes it read the whole of `alerts`, where the first row it needs may be the last.
 */
export async function readPending(db: Queryable): Promise<PendingRow[]> {
  const { rows } = await db.query<PendingRow>(`
    select l.log_key as "logKey", a.pending as alerts, d.pending as "deadLetters"
    from partition_log l
    left join outbox_position ap on ap.log_key = l.log_key and ap.kind = 'alert'
    left join outbox_position dp on dp.log_key = l.log_key and dp.kind = 'dead_letter'
    cross join lateral (select count(*) as pending from (
      select from alerts where log_key = l.log_key and kafka_offset >= coalesce(ap.next_offset, 0)
      order by kafka_offset limit ${MAX_PENDING_COUNTED}) as unpublished) a
    cross join lateral (select count(*) as pending from (
      select from dead_letter where log_key = l.log_key and kafka_offset >= coalesce(dp.next_offset, 0)
      order by kafka_offset limit ${MAX_PENDING_COUNTED}) as unpublished) d
    where a.pending > 0 or d.pending > 0`)
  return rows
}

/** One sensor's numbered readings, over all its epochs, and the totals over all sensors, which are the same in every row. */
export interface SensorSequenceRow {
  readonly sensorKey: number
  readonly sensorId: string
  readonly received: number
  readonly duplicates: number
  readonly filledLate: number
  readonly missing: number
  readonly sensors: number
  readonly sensorsMissing: number
  readonly totalReceived: number
  readonly totalDuplicates: number
  readonly totalFilledLate: number
  readonly totalMissing: number
}

/**
 * The sensors with the most missing readings, then others by their keys. One pass over `producer_epoch`, which has a row for each
 * start of each producer.
 */
export async function readSensorSequences(db: Queryable, limit: number): Promise<SensorSequenceRow[]> {
  const { rows } = await db.query<SensorSequenceRow>(`
    with sensor as (
      select sensor_key, sum(received) as received, sum(duplicates) as duplicates, sum(filled_late) as filled_late,
        sum(next_sequence - first_sequence - received) as missing
      from producer_epoch group by sensor_key),
    worst as (
      select sensor.*, count(*) over () as sensors, count(*) filter (where missing > 0) over () as sensors_missing,
        sum(received) over () as total_received, sum(duplicates) over () as total_duplicates,
        sum(filled_late) over () as total_filled_late, sum(missing) over () as total_missing
      from sensor order by missing desc, sensor_key limit $1)
    select sensor_key as "sensorKey", sensor_id as "sensorId", received::bigint, duplicates::bigint, filled_late::bigint as "filledLate",
      missing::bigint, worst.sensors, sensors_missing as "sensorsMissing", total_received::bigint as "totalReceived",
      total_duplicates::bigint as "totalDuplicates", total_filled_late::bigint as "totalFilledLate", total_missing::bigint as "totalMissing"
    from worst join sensors using (sensor_key) order by missing desc, sensor_key`, [limit])
  return rows
}

/** How many numbers are named as missing, or were given up, over all sensors: the same as `totalMissing`, unless the books are wrong. */
export async function readNamedMissing(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ named: number }>(`
    select (coalesce((select sum(abandoned) from producer_epoch), 0) + coalesce((
      select sum(upper(hole) - lower(hole)) from producer_epoch e cross join lateral unnest(e.missing) as hole where e.missing <> '{}'
    ), 0))::bigint as named`)
  return rows[0]?.named ?? 0
}

export interface MissingRangeRow {
  readonly sensorKey: number
  readonly producerEpoch: string
  readonly firstSequence: number
  readonly lastSequence: number
}

/** The first missing ranges of each of these sensors, the oldest epoch first. */
export async function readMissingRanges(db: Queryable, sensorKeys: readonly number[], perSensor: number): Promise<MissingRangeRow[]> {
  const { rows } = await db.query<MissingRangeRow>(`
    select chosen.sensor_key as "sensorKey", first.*
    from unnest($1::int[]) as chosen (sensor_key)
    cross join lateral (
      select e.producer_epoch as "producerEpoch", lower(hole) as "firstSequence", upper(hole) - 1 as "lastSequence"
      from producer_epoch e cross join lateral unnest(e.missing) as hole
      where e.sensor_key = chosen.sensor_key and e.missing <> '{}'
      order by e.first_seen, e.producer_epoch, lower(hole) limit $2) as first`, [sensorKeys, perSensor])
  return rows
}
