/** How the stream begins: signature, flags, no extension. */
export const BINARY_COPY_HEAD = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
const NULL_LENGTH = -1
/** PostgreSQL counts time from 2000-01-01. */
export const EPOCH_2000_US = 946_684_800_000_000
const TWO_32 = 4_294_967_296

export interface CopyRows {
  readonly rows: number
  /** The whole stream for `copy … from stdin (format binary)`. Nothing may be written after it. */
  finish(): Buffer
}

export interface BinaryCopy extends CopyRows {
  /** Begins a row of so many columns; as many calls of the others must follow. */
  row(columns: number): void
  null(): void
  int2(value: number): void
  int4(value: number): void
  /** A whole number up to 2^53. */
  int8(value: number): void
  float4(value: number): void
  float8(value: number): void
  /** Microseconds since 1970. */
  timestamptz(timeUs: number): void
  /** text, and by its text also varchar. */
  text(value: string): void
  jsonb(value: string): void
  uuid(value: Buffer): void
  bytea(value: Buffer): void
}

/**
 * Rows in PostgreSQL's binary COPY format, which the server takes several times faster than text.
 * Source: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format".
 */
export function createBinaryCopy(expectedBytes = 65_536): BinaryCopy {
  let buffer = Buffer.allocUnsafe(Math.max(expectedBytes, 1024))
  let at = BINARY_COPY_HEAD.copy(buffer)
  let rows = 0

  function reserve(bytes: number): void {
    if (at + bytes <= buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, at + bytes))
    buffer.copy(larger, 0, 0, at)
    buffer = larger
  }

  function fixed(bytes: number): void {
    reserve(4 + bytes)
    at = buffer.writeInt32BE(bytes, at)
  }

  function int8(value: number): void {
    fixed(8)
    // Two halves: a BigInt for each would cost more than the rest of the row.
    const high = Math.floor(value / TWO_32)
    at = buffer.writeInt32BE(high, at)
    at = buffer.writeUInt32BE(value - high * TWO_32, at)
  }

  function text(value: string, prefix?: number): void {
    const prefixBytes = prefix === undefined ? 0 : 1
    // Three bytes a UTF-16 unit is the most that UTF-8 takes.
    reserve(4 + prefixBytes + value.length * 3)
    const lengthAt = at
    at += 4
    if (prefix !== undefined) at = buffer.writeUInt8(prefix, at)
    const written = buffer.write(value, at, 'utf8')
    at += written
    buffer.writeInt32BE(written + prefixBytes, lengthAt)
  }

  function bytes(value: Buffer): void {
    fixed(value.length)
    at += value.copy(buffer, at)
  }

  return {
    row(columns) {
      rows++
      reserve(2)
      at = buffer.writeInt16BE(columns, at)
    },
    null() {
      reserve(4)
      at = buffer.writeInt32BE(NULL_LENGTH, at)
    },
    int2(value) {
      fixed(2)
      at = buffer.writeInt16BE(value, at)
    },
    int4(value) {
      fixed(4)
      at = buffer.writeInt32BE(value, at)
    },
    int8,
    float4(value) {
      fixed(4)
      at = buffer.writeFloatBE(value, at)
    },
    float8(value) {
      fixed(8)
      at = buffer.writeDoubleBE(value, at)
    },
    timestamptz: (timeUs) => { int8(timeUs - EPOCH_2000_US) },
    text: (value) => { text(value) },
    // Version 1 of jsonb's wire format is the text after one byte.
    jsonb: (value) => { text(value, 1) },
    uuid: bytes,
    bytea: bytes,
    get rows() { return rows },
    finish() {
      reserve(2)
      at = buffer.writeInt16BE(-1, at)
      return buffer.subarray(0, at)
    },
  }
}
