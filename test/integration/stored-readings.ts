import { createBinaryCopy } from '../../src/postgres/binary-copy.ts'
import { createPartitions } from '../../src/postgres/partitions.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { READING_COLUMNS, reserveBatchIds, writeBatch } from '../../src/postgres/write-batch.ts'

export interface StoredReading {
  readonly sensorKey: number
  /** Since 1970. */
  readonly timeUs: number
  readonly value: number
  readonly level?: number
  readonly quality?: number | null
  readonly versionKey?: number
}

const DAY_US = 86_400_000_000

/** Makes a log without a topic in Kafka, and returns its key. */
export async function addLog(pool: Pool, partition: number, firstOffset = 0): Promise<number> {
  const { rows } = await pool.query<{ key: number }>(`
    insert into partition_log (topic, topic_id, partition, first_offset, next_offset) values ('test', gen_random_uuid(), $1, $2, $2)
    returning log_key as key`, [partition, firstOffset])
  return rows[0]?.key as number
}

/** Stores these as a consumer does, in one transaction, from the log's next offset on. */
export async function store(pool: Pool, logKey: number, readings: readonly StoredReading[]): Promise<void> {
  const { rows } = await pool.query<{ next: number }>('select next_offset as next from partition_log where log_key = $1', [logKey])
  const firstOffset = rows[0]?.next as number
  const [batchId = 0] = await reserveBatchIds(pool, 1)
  const copy = createBinaryCopy()
  for (const [offset, { sensorKey, timeUs, value, level = 0, quality = null, versionKey = 1 }] of readings.entries()) {
    copy.row(READING_COLUMNS.length)
    copy.timestamptz(timeUs)
    copy.float8(value)
    copy.null()
    copy.int4(sensorKey)
    copy.int4(versionKey)
    copy.int4(batchId)
    copy.null()
    if (quality === null) copy.null()
    else copy.float4(quality)
    copy.int2(offset)
    copy.int2(level)
  }
  const days = [...new Set(readings.map(({ timeUs }) => Math.floor(timeUs / DAY_US)))]
  await createPartitions(pool, days)
  await writeBatch(pool, {
    consumerId: 'test', readings: copy, changes: [], deadLetters: createBinaryCopy(), epochs: [], replays: [], snapshots: [], blocks: [], rollUp: null,
    shares: [{
      logKey, batchId, firstOffset, nextOffset: firstOffset + readings.length, stored: readings.length, deadLettered: 0, duplicates: 0, holes: 0,
      numbersStored: true, numbersMoved: 0, days,
    }],
  })
}
