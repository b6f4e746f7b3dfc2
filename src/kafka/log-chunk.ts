import type { LogRecord } from './log-slice.ts'
import { FIELDS, OFFSET_DELTA, readRecordBatches, recordAt } from './record-run.ts'
import type { RecordBatch, RecordRun } from './record-run.ts'

/** A stretch of one partition's log: every offset from `firstOffset` up to, not including, `nextOffset`. */
export interface LogChunk {
  readonly partition: number
  readonly firstOffset: number
  readonly nextOffset: number
  readonly runs: readonly RecordRun[]
  /** Fewer than the offsets where the log has holes: transaction markers, aborted transactions, compaction. */
  readonly recordCount: number
  /** In memory. */
  readonly sizeBytes: number
  /** As it came from the broker. */
  readonly wireBytes: number
}

export interface AbortedTransaction {
  readonly producerId: bigint
  readonly firstOffset: number
}

/** What the bytes of a fetch from `position` hold; null: nothing new. */
export function toChunk(partition: number, bytes: Buffer, position: number, aborted: readonly AbortedTransaction[]): LogChunk | null {
  const runs: RecordRun[] = []
  let nextOffset = position
  let sizeBytes = 0
  let recordCount = 0
  const isAborted = followTransactions(aborted)
  for (const batch of readRecordBatches(bytes)) {
    const skipped = isAborted(batch)
    if (batch.nextOffset <= position) continue
    nextOffset = batch.nextOffset
    sizeBytes += batch.sizeBytes
    if (skipped || batch.isControl) continue
    // A fetch answers with whole batches, also when the position is in the middle of one.
    const run = batch.firstOffset < position ? after(batch.run, position) : batch.run
    if (run.from === run.to) continue
    runs.push(run)
    recordCount += run.to - run.from
  }
  return nextOffset === position ? null : { partition, firstOffset: position, nextOffset, runs, recordCount, sizeBytes, wireBytes: bytes.length }
}

/** Asked of each batch in the order of the log: whether its transaction was aborted. */
function followTransactions(aborted: readonly AbortedTransaction[]): (batch: RecordBatch) => boolean {
  const coming = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset)
  const open = new Set<bigint>()
  return (batch) => {
    for (let first = coming[0]; first !== undefined && first.firstOffset < batch.nextOffset; first = coming[0]) {
      open.add(first.producerId)
      coming.shift()
    }
    // A marker of this producer ends the transaction; what it sends after it is another one.
    if (batch.isControl) return open.delete(batch.producerId)
    return batch.isTransactional && open.has(batch.producerId)
  }
}

/** The records from this offset on. */
export function after(run: RecordRun, offset: number): RecordRun {
  let { from } = run
  while (from < run.to && offsetAt(run, from) < offset) from++
  return { ...run, from }
}

export function offsetAt({ baseOffset, fields }: RecordRun, index: number): number {
  return baseOffset + (fields[index * FIELDS + OFFSET_DELTA] as number)
}

/** One by one, as objects. */
export function* recordsOf({ runs }: LogChunk): Generator<LogRecord> {
  for (const run of runs) for (let index = run.from; index < run.to; index++) yield recordAt(run, index)
}
