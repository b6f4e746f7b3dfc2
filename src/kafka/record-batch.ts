import { constants, zstdCompressSync } from 'node:zlib'
import { Writer, crc32c } from '@platformatic/kafka'
import {
  ATTRIBUTES_AT, BATCH_VERSION, CHECKSUM_AT, COUNTED_AT, COUNT_AT, FIRST_OFFSET_AT, FIRST_SEQUENCE_AT, FIRST_TIME_AT, LAST_OFFSET_DELTA_AT,
  LAST_TIME_AT, LEADER_EPOCH_AT, LENGTH_AT, PRODUCER_EPOCH_AT, PRODUCER_ID_AT, RECORDS_AT, VERSION_AT,
} from './batch-layout.ts'

/** Who writes a batch, and the number of its first record in that life of the writer: by it Kafka recognises a batch that is sent again. */
export interface BatchSource {
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly baseSequence: number
}

export const COMPRESSIONS = ['zstd', 'none'] as const
export type Compression = typeof COMPRESSIONS[number]

/** Room for what `sealBatch` writes before the records. */
export const BATCH_HEADER_BYTES = RECORDS_AT
/** Length, attributes, time, place in the batch, length of key and of value, number of headers: the most that a record takes beside both. */
export const RECORD_OVERHEAD_BYTES = 32

const ATTRIBUTES: Readonly<Record<Compression, number>> = { none: 0, zstd: 4 }
const ZSTD_FASTEST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/**
 * A record batch of version 2: `bytes` are room for the header and then `count` records, all made at `timestampMs` (milliseconds since 1970).
 */
export function sealBatch(bytes: Buffer, count: number, timestampMs: number, source: BatchSource, compression: Compression): Buffer {
  const batch = compression === 'none' ? bytes : compressed(bytes)
  const timestamp = BigInt(timestampMs)
  batch.writeBigInt64BE(0n, FIRST_OFFSET_AT)
  batch.writeInt32BE(batch.length - COUNTED_AT, LENGTH_AT)
  batch.writeInt32BE(-1, LEADER_EPOCH_AT)
  batch.writeInt8(BATCH_VERSION, VERSION_AT)
  batch.writeInt16BE(ATTRIBUTES[compression], ATTRIBUTES_AT)
  batch.writeInt32BE(count - 1, LAST_OFFSET_DELTA_AT)
  batch.writeBigInt64BE(timestamp, FIRST_TIME_AT)
  batch.writeBigInt64BE(timestamp, LAST_TIME_AT)
  batch.writeBigInt64BE(source.producerId, PRODUCER_ID_AT)
  batch.writeInt16BE(source.producerEpoch, PRODUCER_EPOCH_AT)
  batch.writeInt32BE(source.baseSequence, FIRST_SEQUENCE_AT)
  batch.writeInt32BE(count, COUNT_AT)
  // The client's function copies everything but buffers of its own kind.
  batch.writeUInt32BE(crc32c(Writer.create().append(batch.subarray(ATTRIBUTES_AT)).dynamicBuffer), CHECKSUM_AT)
  return batch
}

function compressed(bytes: Buffer): Buffer {
  const records = zstdCompressSync(bytes.subarray(BATCH_HEADER_BYTES), ZSTD_FASTEST)
  const batch = Buffer.allocUnsafe(BATCH_HEADER_BYTES + records.length)
  batch.set(records, BATCH_HEADER_BYTES)
  return batch
}

/** Writes a whole number from 0 to 2^30 as Kafka's varint, and returns where it ends. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let end = at
  let rest = value * 2
  while (rest > 127) {
    bytes[end++] = (rest & 127) | 128
    rest >>>= 7
  }
  bytes[end++] = rest
  return end
}

/** How many bytes `writeVarint` writes. */
export function varintBytes(value: number): number {
  if (value < 64) return 1
  if (value < 8_192) return 2
  return value < 1_048_576 ? 3 : value < 134_217_728 ? 4 : 5
}
