import { createRecordsBatch } from '@platformatic/kafka'
import type { LogChunk } from '../../src/kafka/log-chunk.ts'
import type { LogRecord } from '../../src/kafka/log-slice.ts'
import { readRecordBatches } from '../../src/kafka/record-run.ts'
import type { RecordRun } from '../../src/kafka/record-run.ts'

/** A chunk with these records, each in a record batch of its own as Kafka's client writes it. */
export function chunkOf(
  partition: number, records: readonly LogRecord[], nextOffset = (records.at(-1)?.offset ?? -1) + 1, sizeBytes = records.length,
): LogChunk {
  return { partition, firstOffset: records[0]?.offset ?? 0, nextOffset, runs: records.map(runOf), recordCount: records.length, sizeBytes, wireBytes: sizeBytes }
}

function runOf({ offset, timestampMs, key, value, headers }: LogRecord): RecordRun {
  const message = { topic: 't', key, value, timestamp: BigInt(timestampMs), headers: new Map(headers as readonly [Buffer, Buffer][]) }
  const bytes = createRecordsBatch([message as unknown as Parameters<typeof createRecordsBatch>[0][number]]).buffer
  const batch = readRecordBatches(bytes)[0]
  if (batch === undefined) throw new Error('no batch was written')
  return { ...batch.run, baseOffset: offset }
}
