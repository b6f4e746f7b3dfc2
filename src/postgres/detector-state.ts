import { inTransaction } from './pool.ts'
import type { Pool, Queryable } from './pool.ts'
import { storedEpoch } from './producer-epochs.ts'

export interface DetectorSnapshot {
  readonly logKey: number
  /** The state is that after every stored reading below this offset. */
  readonly nextOffset: number
  /** What is stored of some of the log's learned detectors is as of this offset; of the others as of a later one. */
  readonly learnedFrom: number
  readonly format: number
  readonly state: Buffer
}

async function readSnapshot(db: Queryable, logKey: number, format: number): Promise<DetectorSnapshot | null> {
  const { rows } = await db.query<DetectorSnapshot>(
    `select log_key as "logKey", next_offset as "nextOffset", coalesce(learned_from, next_offset) as "learnedFrom", format, state
     from detector_snapshot where log_key = $1 and format = $2`,
    [logKey, format])
  return rows[0] ?? null
}

export async function writeSnapshot(db: Queryable, snapshot: DetectorSnapshot): Promise<void> {
  await db.query(
    `insert into detector_snapshot (log_key, next_offset, learned_from, format, state) values ($1, $2, $3, $4, $5)
     on conflict (log_key) do update set next_offset = excluded.next_offset, learned_from = excluded.learned_from, format = excluded.format,
       state = excluded.state, taken_at = now()`,
    [snapshot.logKey, snapshot.nextOffset, snapshot.learnedFrom, snapshot.format, snapshot.state])
}

/** Some of a log's learned detectors, their records one after the other. */
export interface DetectorBlockRow {
  readonly logKey: number
  readonly blockKey: number
  /** They are those after every stored reading below this offset. */
  readonly nextOffset: number
  readonly format: number
  readonly sensorKeys: readonly number[]
  readonly state: Buffer
}

export interface StoredMemories {
  /** Null: none was stored, or by a release that did it otherwise. */
  readonly snapshot: DetectorSnapshot | null
  readonly blocks: readonly DetectorBlockRow[]
}

/**
 * What is stored of a log, as of one moment. Only blocks that belong to the snapshot: a block that is newer, or older than the snapshot says that
 * all are, is of a time in which somebody else wrote one of the two (another release, or one that learned nothing), and is removed.
 */
export async function readMemories(pool: Pool, logKey: number, format: number, blockFormat: number | null): Promise<StoredMemories> {
  return inTransaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read')
    const snapshot = await readSnapshot(client, logKey, format)
    await client.query(
      `delete from detector_block where log_key = $1 and ($2::int2 is null or format <> $2 or $3::int8 is null or next_offset not between $3 and $4)`,
      [logKey, blockFormat, snapshot?.learnedFrom ?? null, snapshot?.nextOffset ?? null])
    const { rows: blocks } = await client.query<DetectorBlockRow>(
      `select log_key as "logKey", block_key as "blockKey", next_offset as "nextOffset", format, sensor_keys as "sensorKeys", state
       from detector_block where log_key = $1 order by block_key`, [logKey])
    return { snapshot, blocks }
  })
}

/** With what each of them expects, in the sensor's unit, for those who look. */
export interface NewDetectorBlock extends DetectorBlockRow {
  readonly outlooks: readonly {
    /** 0 to 1. */
    readonly learned: number
    readonly expected: number | null
    readonly bandLow: number | null
    readonly bandHigh: number | null
    /** As a channel of its machine, in standard deviations. */
    readonly deviation: number | null
    /** The newest reading that it knows, microseconds since 1970. */
    readonly asOfUs: number
  }[]
}

export async function writeDetectorBlocks(db: Queryable, blocks: readonly NewDetectorBlock[]): Promise<void> {
  if (blocks.length === 0) return
  for (const { logKey, blockKey, nextOffset, format, sensorKeys, state } of blocks) {
    await db.query(
      `insert into detector_block (log_key, block_key, next_offset, format, sensor_keys, state) values ($1, $2, $3, $4, $5, $6)
       on conflict (log_key, block_key) do update set next_offset = excluded.next_offset, format = excluded.format,
         sensor_keys = excluded.sensor_keys, state = excluded.state`,
      [logKey, blockKey, nextOffset, format, sensorKeys, state])
  }
  // In the order of their keys, because a sensor whose messages have no key may be in blocks of two consumers.
  const known = blocks.flatMap(({ sensorKeys, outlooks }) => outlooks.map((outlook, index) => ({ ...outlook, sensorKey: sensorKeys[index] as number })))
    .toSorted((a, b) => a.sensorKey - b.sensorKey)
  await db.query(
    `insert into sensor_outlook (sensor_key, learned, expected, band_low, band_high, deviation, as_of)
     select distinct on (1) sensor_key, learned, expected, band_low, band_high, deviation, timestamptz 'epoch' + as_of_us * interval '1 microsecond'
     from unnest($1::int[], $2::real[], $3::float8[], $4::float8[], $5::float8[], $6::real[], $7::float8[])
       as n (sensor_key, learned, expected, band_low, band_high, deviation, as_of_us) order by 1, as_of_us desc
     on conflict (sensor_key) do update set learned = excluded.learned, expected = excluded.expected, band_low = excluded.band_low,
       band_high = excluded.band_high, deviation = excluded.deviation, as_of = excluded.as_of
     where sensor_outlook.as_of is null or excluded.as_of >= sensor_outlook.as_of`,
    [known.map(({ sensorKey }) => sensorKey), known.map(({ learned }) => learned), known.map(({ expected }) => expected),
      known.map(({ bandLow }) => bandLow), known.map(({ bandHigh }) => bandHigh), known.map(({ deviation }) => deviation),
      known.map(({ asOfUs }) => asOfUs)])
}

export interface StoredReading {
  readonly sensorKey: number
  readonly sensorType: string
  readonly machineId: string
  readonly offset: number
  /** Microseconds since 1970. */
  readonly timeUs: number
  readonly value: number
  readonly level: number
  readonly quality: number | null
  /** The sensor's own limits, and those that the reading came with; null: none. */
  readonly ownWarning: number | null
  readonly ownCritical: number | null
  readonly sentWarning: number | null
  readonly sentCritical: number | null
  /** When the sensor's device was replaced last, microseconds since 1970; 0: never. */
  readonly replacedUs: number
  /** As it is stored; null where the reading had no number. */
  readonly epoch: string | null
  readonly sequence: number | null
}

/** So many batches are read at a time: up to 200,000 readings, 60 MB. */
const REPLAY_BATCHES = 20

/**
 * The readings of a log that were stored from this offset on, in its order: what the detectors have seen since the snapshot.
 * In portions; the last one is empty. The caller asks again from `nextOffset`.
 */
export async function readStoredFrom(db: Queryable, logKey: number, offset: number): Promise<{ readings: StoredReading[], nextOffset: number }> {
  const { rows: batches } = await db.query<{ batch_id: number, next_offset: number }>(
    // A batch spans 32,767 offsets at most, so the index on first_offset finds the one that the offset lies in.
    `select batch_id, next_offset from batch where log_key = $1 and first_offset > $2 - 32768 and next_offset > $2
     order by first_offset limit $3`, [logKey, offset, REPLAY_BATCHES])
  if (batches.length === 0) return { readings: [], nextOffset: offset }
  const ids = batches.map((batch) => batch.batch_id)
  const { rows } = await db.query<StoredReading & { readonly sentAs: string | null }>(
    // The bounds let the index on batch_id find them in one pass instead of one pass a batch.
    `select r.sensor_key as "sensorKey", v.sensor_type as "sensorType", v.location ->> 'machine_id' as "machineId",
       b.first_offset + r.offset_in_batch as "offset",
       (extract(epoch from r.time) * 1000000)::int8 as "timeUs", r.value, r.level, r.quality,
       s.warning_threshold as "ownWarning", s.critical_threshold as "ownCritical",
       v.warning_threshold as "sentWarning", v.critical_threshold as "sentCritical",
       coalesce(extract(epoch from s.replaced_at) * 1000000, 0)::int8 as "replacedUs",
       case when r.sequence is not null then v.producer_epoch end as epoch, v.sent_as as "sentAs", r.sequence
     from reading r join batch b on b.batch_id = r.batch_id join sensor_version v on v.version_key = r.version_key
     join sensors s on s.sensor_key = r.sensor_key
     where r.batch_id = any($1) and r.batch_id between $2 and $3 and b.first_offset + r.offset_in_batch >= $4
     order by "offset"`, [ids, Math.min(...ids), Math.max(...ids), offset])
  const readings = rows.map((row) => (row.epoch === null || row.sentAs === null ? row : { ...row, epoch: storedEpoch(row.epoch, row.sentAs) }))
  return { readings, nextOffset: batches.at(-1)?.next_offset ?? offset }
}
