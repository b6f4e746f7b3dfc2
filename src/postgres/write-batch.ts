import { dayName } from '../contract/timestamp.ts'
import { applyConditionChanges } from './alarm-changes.ts'
import type { ConditionChange } from './alarm-changes.ts'
import type { CopyRows } from './binary-copy.ts'
import { copyRows } from './copy.ts'
import { writeDetectorBlocks, writeSnapshot } from './detector-state.ts'
import type { DetectorSnapshot, NewDetectorBlock } from './detector-state.ts'
import { isUniqueViolation } from './errors.ts'
import { inTransaction } from './pool.ts'
import type { Client, Pool } from './pool.ts'
import { writeEpochs } from './producer-epochs.ts'
import type { EpochChange } from './producer-epochs.ts'
import { writeReplayOutcomes } from './replay-outcomes.ts'
import type { ReplayOutcome } from './replay-outcomes.ts'

/**
 * One log's share of a transaction: what became of each offset from `firstOffset` up to, not including, `nextOffset`. No offsets: only what is
 * remembered of the log is stored.
 */
export interface LogShare {
  readonly logKey: number
  readonly batchId: number
  readonly firstOffset: number
  readonly nextOffset: number
  readonly stored: number
  readonly deadLettered: number
  readonly duplicates: number
  readonly holes: number
  /** The numbers at home in the log are stored as of `nextOffset`. */
  readonly numbersStored: boolean
  /** As it was when the log was opened: an epoch that was taken from it since makes this batch invalid. */
  readonly numbersMoved: number
  /** Days since 1970-01-01 UTC that the stored readings fall on. */
  readonly days: readonly number[]
}

export interface WriteBatch {
  readonly consumerId: string
  readonly shares: readonly LogShare[]
  /** Rows for `READING_COLUMNS`, `DEAD_LETTER_COLUMNS`. */
  readonly readings: CopyRows
  readonly deadLetters: CopyRows
  /** Of the alarms' conditions, in the order of the log. */
  readonly changes: readonly ConditionChange[]
  readonly epochs: readonly EpochChange[]
  readonly replays: readonly ReplayOutcome[]
  readonly snapshots: readonly DetectorSnapshot[]
  readonly blocks: readonly NewDetectorBlock[]
  /** Rolls up what these logs have, up to the end of this batch; null: another time. */
  readonly rollUp: ((client: Client) => Promise<void>) | null
}

export const READING_COLUMNS = [
  'time', 'value', 'sequence', 'sensor_key', 'version_key', 'batch_id', 'reading_count', 'quality', 'offset_in_batch', 'level',
] as const
export const DEAD_LETTER_COLUMNS = [
  'log_key', 'kafka_offset', 'reason', 'detail', 'message_key', 'message_value', 'headers', 'kafka_time', 'detected_by',
] as const

/** Somebody else has written what this batch was to write: it is theirs now. */
export class FencedError extends Error {
  override readonly name = 'FencedError'
}

/** The fence: a log `l` is still where a batch found it, in `d`. */
const UNMOVED = 'l.next_offset = d.first_offset and l.numbers_moved = d.numbers_moved and l.closed_at is null'

/**
 * Writes readings, alarms, dead letters and the offsets after them in one transaction: all of it exactly once, or nothing.
 * Throws a `FencedError` when another consumer has moved an offset or an epoch, or settled a replay, since this one read it.
 */
export async function writeBatch(pool: Pool, batch: WriteBatch): Promise<void> {
  try {
    await writeAll(pool, batch)
  } catch (error) {
    // Alerts and dead letters are unique by their place in the log. Who finds one there already has come too late, and learns it before
    // the fence is reached. If it isn't that, to try again would fail for ever.
    if (isUniqueViolation(error) && await hasMoved(pool, batch.shares)) {
      throw new FencedError('another consumer has stored what this batch holds', { cause: error })
    }
    throw error
  }
}

/** Whether a log is no longer where this batch begins. */
async function hasMoved(pool: Pool, shares: readonly LogShare[]): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from partition_log l join unnest($1::int2[], $2::int8[], $3::int[]) as d (log_key, first_offset, numbers_moved) using (log_key)
     where ${UNMOVED}`,
    [shares.map((share) => share.logKey), shares.map((share) => share.firstOffset), shares.map((share) => share.numbersMoved)])
  return rowCount !== shares.length
}

async function writeAll(pool: Pool, batch: WriteBatch): Promise<void> {
  const { shares, consumerId } = batch
  const filled = shares.filter((share) => share.nextOffset > share.firstOffset)
  await inTransaction(pool, async (client) => {
    if (filled.length > 0) await client.query(
      `insert into batch (batch_id, log_key, first_offset, next_offset, consumer_id, days)
       select batch_id, log_key, first_offset, next_offset, $6, days::date[] from unnest($1::int[], $2::int2[], $3::int8[], $4::int8[], $5::text[])
         as b (batch_id, log_key, first_offset, next_offset, days)`,
      [filled.map((share) => share.batchId), filled.map((share) => share.logKey), filled.map((share) => share.firstOffset),
        filled.map((share) => share.nextOffset), filled.map((share) => `{${share.days.map(dayName).join()}}`), consumerId])
    await copyRows(client, 'reading', READING_COLUMNS, batch.readings)
    await copyRows(client, 'dead_letter', DEAD_LETTER_COLUMNS, batch.deadLetters)
    for (const snapshot of batch.snapshots) await writeSnapshot(client, snapshot)
    await applyConditionChanges(client, batch.changes)
    if (!(await writeEpochs(client, batch.epochs))) throw new FencedError('a producer epoch was changed by another consumer')
    // Behind what locks rows of sensors, as whoever replaces a sensor does it.
    await writeDetectorBlocks(client, batch.blocks)
    if (!(await writeReplayOutcomes(client, batch.replays))) throw new FencedError('a replay has arrived at another consumer too')
    if (batch.rollUp !== null) await batch.rollUp(client)
    // Last, so that the row that all who want this log wait for is locked for the shortest time.
    const { rowCount } = await client.query(
      `update partition_log as l set
         next_offset = d.next_offset, stored = l.stored + d.stored, dead_lettered = l.dead_lettered + d.dead_lettered,
         duplicates = l.duplicates + d.duplicates, holes = l.holes + d.holes,
         numbers_offset = case when d.numbers_stored then d.next_offset else l.numbers_offset end, updated_at = now()
       from unnest($1::int2[], $2::int8[], $3::int8[], $4::int8[], $5::int8[], $6::int8[], $7::int8[], $8::bool[], $9::int[])
         as d (log_key, first_offset, next_offset, stored, dead_lettered, duplicates, holes, numbers_stored, numbers_moved)
       where l.log_key = d.log_key and ${UNMOVED}`,
      [shares.map((share) => share.logKey), shares.map((share) => share.firstOffset), shares.map((share) => share.nextOffset),
        shares.map((share) => share.stored), shares.map((share) => share.deadLettered), shares.map((share) => share.duplicates),
        shares.map((share) => share.holes), shares.map((share) => share.numbersStored), shares.map((share) => share.numbersMoved)])
    if (rowCount !== shares.length) throw new FencedError('another consumer has written from this offset on')
  })
}

/** Ids for so many batches, from the sequence; gaps do no harm. */
export async function reserveBatchIds(pool: Pool, count: number): Promise<number[]> {
  const { rows } = await pool.query<{ id: number }>(`select nextval('batch_id_seq')::int as id from generate_series(1, $1)`, [count])
  return rows.map((row) => row.id)
}
