import { UnsupportedCompressionError, compressionsAlgorithmsByBitmask } from '@platformatic/kafka'
import {
  ATTRIBUTES_AT, BATCH_VERSION, COUNTED_AT, COUNT_AT, FIRST_OFFSET_AT, FIRST_TIME_AT, LAST_OFFSET_DELTA_AT, LENGTH_AT, PRODUCER_ID_AT, RECORDS_AT,
  VERSION_AT,
} from './batch-layout.ts'
import type { LogRecord } from './log-slice.ts'

/**
 * The records of one record batch, where they lie in its bytes: no object a record. Made of the whole batch, it shows those from `from` up
 * to, not including, `to`.
 */
export interface RecordRun {
  readonly bytes: Buffer
  readonly baseOffset: number
  /** Milliseconds since 1970, to which the records add. */
  readonly baseTimeMs: number
  /** `FIELDS` numbers a record; see the places below. */
  readonly fields: Int32Array
  readonly from: number
  readonly to: number
}

/** Places in `RecordRun.fields`, from `FIELDS * index` on. Starts and ends are places in the bytes; both are -1 where there is none. */
export const OFFSET_DELTA = 0
/** The beginning of the record, behind its length. */
export const RECORD_START = 1
export const KEY_START = 2
export const KEY_END = 3
export const VALUE_START = 4
export const VALUE_END = 5
export const HEADER_COUNT = 6
export const FIELDS = 7

export interface RecordBatch {
  readonly firstOffset: number
  /** One after its last offset. */
  readonly nextOffset: number
  /** In memory, not packed. */
  readonly sizeBytes: number
  readonly producerId: bigint
  readonly isTransactional: boolean
  /** It holds a transaction marker instead of records. */
  readonly isControl: boolean
  readonly run: RecordRun
}

const COMPRESSION = 0b111
const TRANSACTIONAL = 1 << 4
const CONTROL = 1 << 5
const TWO_32 = 4_294_967_296

/** All whole record batches in these bytes; what a fetch cut off at the end is left out. Throws where a batch is of a form that isn't known. */
export function readRecordBatches(bytes: Buffer): RecordBatch[] {
  const batches: RecordBatch[] = []
  for (let at = 0; at + COUNTED_AT <= bytes.length;) {
    const end = at + COUNTED_AT + bytes.readInt32BE(at + LENGTH_AT)
    if (end > bytes.length) break
    batches.push(readRecordBatch(bytes, at, end))
    at = end
  }
  return batches
}

function readRecordBatch(bytes: Buffer, at: number, end: number): RecordBatch {
  const version = bytes.readInt8(at + VERSION_AT)
  // Brokers since Kafka 4 know no other, those before turn older ones into it.
  if (version !== BATCH_VERSION) throw new RangeError(`a record batch of format ${version}; only ${BATCH_VERSION} is known`)
  const attributes = bytes.readInt16BE(at + ATTRIBUTES_AT)
  const firstOffset = readInt64(bytes, at + FIRST_OFFSET_AT)
  const packed = attributes & COMPRESSION
  const records = packed === 0 ? { bytes, at: at + RECORDS_AT } : { bytes: decompress(packed, bytes.subarray(at + RECORDS_AT, end)), at: 0 }
  const count = bytes.readInt32BE(at + COUNT_AT)
  return {
    firstOffset, nextOffset: firstOffset + bytes.readInt32BE(at + LAST_OFFSET_DELTA_AT) + 1,
    sizeBytes: packed === 0 ? end - at : records.bytes.length,
    producerId: bytes.readBigInt64BE(at + PRODUCER_ID_AT),
    isTransactional: (attributes & TRANSACTIONAL) !== 0, isControl: (attributes & CONTROL) !== 0,
    run: {
      bytes: records.bytes, baseOffset: firstOffset, baseTimeMs: readInt64(bytes, at + FIRST_TIME_AT),
      fields: locateRecords(records.bytes, records.at, count), from: 0, to: count,
    },
  }
}

function decompress(algorithm: number, bytes: Buffer): Buffer {
  const found = compressionsAlgorithmsByBitmask[algorithm]
  if (found === undefined) throw new UnsupportedCompressionError(`compression ${algorithm} is not known`)
  return found.decompressSync(bytes)
}

/** Of the varint that was read last: one after it. A result of two values would be an object a number. */
let next = 0

/** A zigzag varint of up to 32 bits. */
function readVarint(bytes: Buffer, at: number): number {
  let byte = bytes[at] as number
  if (byte < 0x80) {
    next = at + 1
    return (byte >>> 1) ^ -(byte & 1)
  }
  let value = byte & 0x7f
  let position = at + 1
  for (let shift = 7; shift < 35; shift += 7) {
    byte = bytes[position++] as number
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) break
  }
  next = position
  return (value >>> 1) ^ -(value & 1)
}

/** A zigzag varint of up to 64 bits that stays below 2^53. */
function readVarint64(bytes: Buffer, at: number): number {
  let value = 0
  let unit = 1
  for (let position = at; ; position++, unit *= 128) {
    const byte = bytes[position] as number
    value += (byte & 0x7f) * unit
    if (byte >= 0x80) continue
    next = position + 1
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
}

function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * TWO_32 + bytes.readUInt32BE(at + 4)
}

function locateRecords(bytes: Buffer, start: number, count: number): Int32Array {
  const fields = new Int32Array(count * FIELDS)
  let at = start
  for (let index = 0, field = 0; index < count; index++, field += FIELDS) {
    const length = readVarint(bytes, at)
    const recordStart = next
    // Past the attributes, which nobody uses.
    skipVarint(bytes, recordStart + 1)
    fields[field + OFFSET_DELTA] = readVarint(bytes, next)
    fields[field + RECORD_START] = recordStart
    locatePart(bytes, fields, field + KEY_START)
    locatePart(bytes, fields, field + VALUE_START)
    fields[field + HEADER_COUNT] = readVarint(bytes, next)
    at = recordStart + length
    if (at > bytes.length) throw new RangeError('a record reaches beyond its batch')
  }
  return fields
}

function skipVarint(bytes: Buffer, at: number): void {
  let position = at
  while ((bytes[position] as number) >= 0x80) position++
  next = position + 1
}

/** A length, -1 for none, and so many bytes. */
function locatePart(bytes: Buffer, fields: Int32Array, field: number): void {
  const length = readVarint(bytes, next)
  fields[field] = length < 0 ? -1 : next
  if (length > 0) next += length
  fields[field + 1] = length < 0 ? -1 : next
}

/** One record as an object, for those of which there are few. */
export function recordAt({ bytes, baseOffset, baseTimeMs, fields }: RecordRun, index: number): LogRecord {
  const field = index * FIELDS
  const part = (start: number): Buffer | null => {
    const [from, to] = [fields[start] as number, fields[start + 1] as number]
    return from < 0 ? null : bytes.subarray(from, to)
  }
  const timeDelta = readVarint64(bytes, fields[field + RECORD_START] as number + 1)
  return {
    offset: baseOffset + (fields[field + OFFSET_DELTA] as number), timestampMs: baseTimeMs + timeDelta,
    key: part(field + KEY_START), value: part(field + VALUE_START), headers: headersAt(bytes, fields, field),
  }
}

function headersAt(bytes: Buffer, fields: Int32Array, field: number): LogRecord['headers'] {
  const count = fields[field + HEADER_COUNT] as number
  if (count <= 0) return []
  skipVarint(bytes, fields[field + RECORD_START] as number + 1)
  skipVarint(bytes, next)
  skipPart(bytes)
  skipPart(bytes)
  skipVarint(bytes, next)
  return Array.from({ length: count }, () => [readPart(bytes), readPart(bytes)] as const)
}

function skipPart(bytes: Buffer): void {
  const length = readVarint(bytes, next)
  if (length > 0) next += length
}

function readPart(bytes: Buffer): Buffer | null {
  const length = readVarint(bytes, next)
  if (length < 0) return null
  const start = next
  next += length
  return bytes.subarray(start, next)
}
