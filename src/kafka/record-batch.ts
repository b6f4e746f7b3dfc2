import { constants, zstdCompressSync } from 'node:zlib'
import { Writer, crc32c } from '@platformatic/kafka'

/** Who writes a batch, and the number of its first record in that life of the writer: by it Kafka recognises a batch that is sent again. */
export interface BatchSource {
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly baseSequence: number
}

export const COMPRESSIONS = ['zstd', 'none'] as const
export type Compression = typeof COMPRESSIONS[number]

/** Room for what `sealBatch` writes before the records. */
export const BATCH_HEADER_BYTES = 61
/** Length, attributes, time, place in the batch, length of key and of value, number of headers: the most that a record takes beside both. */
export const RECORD_OVERHEAD_BYTES = 32

const FIRST_COUNTED_BYTE = 12
const ATTRIBUTES: Readonly<Record<Compression, number>> = { none: 0, zstd: 4 }
const ZSTD_FASTEST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }
const FIRST_CHECKED_BYTE = 21

/**
 * A record batch of version 2: `bytes` are room for the header and then `count` records, all made at `timestampMs` (milliseconds since 1970).
 * Format: https://kafka.apache.org/documentation/#recordbatch
 */
export function sealBatch(bytes: Buffer, count: number, timestampMs: number, source: BatchSource, compression: Compression): Buffer {
  const batch = compression === 'none' ? bytes : compressed(bytes)
  const timestamp = BigInt(timestampMs)
  batch.writeBigInt64BE(0n, 0)
  batch.writeInt32BE(batch.length - FIRST_COUNTED_BYTE, 8)
  batch.writeInt32BE(-1, 12)
  batch[16] = 2
  batch.writeInt16BE(ATTRIBUTES[compression], 21)
  batch.writeInt32BE(count - 1, 23)
  batch.writeBigInt64BE(timestamp, 27)
  batch.writeBigInt64BE(timestamp, 35)
  batch.writeBigInt64BE(source.producerId, 43)
  batch.writeInt16BE(source.producerEpoch, 51)
  batch.writeInt32BE(source.baseSequence, 53)
  batch.writeInt32BE(count, 57)
  // The client's function copies everything but buffers of its own kind.
  batch.writeUInt32BE(crc32c(Writer.create().append(batch.subarray(FIRST_CHECKED_BYTE)).dynamicBuffer), 17)
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
