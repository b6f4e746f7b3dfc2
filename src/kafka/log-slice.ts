import type { Consumer } from '@platformatic/kafka'

export interface LogRecord {
  readonly offset: number
  /** Milliseconds since 1970, as the record says. */
  readonly timestampMs: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly (readonly [Buffer | null, Buffer | null])[]
}

/** What one fetch brought of one partition: every offset from `firstOffset` up to, not including, `nextOffset`. */
export interface LogSlice {
  readonly partition: number
  readonly firstOffset: number
  readonly nextOffset: number
  /** Fewer than the offsets where the log has holes: transaction markers, compaction. */
  readonly records: readonly LogRecord[]
  readonly sizeBytes: number
}

type FetchedPartition = Pick<Awaited<ReturnType<Consumer['fetch']>>['responses'][number]['partitions'][number], 'partitionIndex' | 'records'>

/** The bit of a record batch that holds transaction markers instead of records. */
const CONTROL_BATCH = 32

/** What the answer of a fetch from `position` holds; null: nothing new. */
export function toSlice(fetched: FetchedPartition, position: number): LogSlice | null {
  const records: LogRecord[] = []
  let nextOffset = position
  let sizeBytes = 0
  for (const batch of fetched.records ?? []) {
    const batchOffset = Number(batch.firstOffset)
    const batchEnd = batchOffset + batch.lastOffsetDelta + 1
    if (batchEnd <= position) continue
    nextOffset = batchEnd
    sizeBytes += batch.length
    if ((batch.attributes & CONTROL_BATCH) !== 0) continue
    const batchTime = Number(batch.firstTimestamp)
    for (const record of batch.records) {
      const offset = batchOffset + record.offsetDelta
      // A fetch answers with whole batches, also when the position is in the middle of one.
      if (offset < position) continue
      records.push({ offset, timestampMs: batchTime + Number(record.timestampDelta), key: record.key, value: record.value, headers: record.headers })
    }
  }
  return nextOffset === position ? null : { partition: fetched.partitionIndex, firstOffset: position, nextOffset, records, sizeBytes }
}
