import { BINARY_COPY_HEAD, EPOCH_2000_US } from './binary-copy.ts'
import type { CopyRows } from './binary-copy.ts'

/** Rows of `READING_COLUMNS` for a binary COPY. NaN stands for null. */
export interface ReadingCopy extends CopyRows {
  /** `timeUs`: microseconds since 1970. */
  add(
    timeUs: number, value: number, sequence: number, sensorKey: number, versionKey: number, batchId: number, readingCount: number,
    quality: number, offsetInBatch: number, level: number,
  ): void
}

/** Two bytes for the number of columns; four for the length of each, and its bytes. */
const ROW_BYTES = 2 + 10 * 4 + 3 * 8 + 5 * 4 + 2 * 2
const COLUMNS = 10
const TWO_32 = 4_294_967_296

/**
 * What `createBinaryCopy` does for any table, for the one that has nearly all rows: 0.05 µs a row where that takes 0.4, as each of its calls
 * asks for room.
 */
export function createReadingCopy(expectedRows: number): ReadingCopy {
  let buffer = Buffer.allocUnsafe(BINARY_COPY_HEAD.length + Math.max(64, expectedRows) * ROW_BYTES + 2)
  let view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length)
  let at = BINARY_COPY_HEAD.copy(buffer)
  let rows = 0

  function grow(): void {
    const larger = Buffer.allocUnsafe(buffer.length * 2)
    buffer.copy(larger, 0, 0, at)
    buffer = larger
    view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length)
  }

  function int8(value: number): void {
    const high = Math.floor(value / TWO_32)
    view.setInt32(at, 8)
    view.setInt32(at + 4, high)
    view.setUint32(at + 8, value - high * TWO_32)
    at += 12
  }

  function int4(value: number): void {
    view.setInt32(at, 4)
    view.setInt32(at + 4, value)
    at += 8
  }

  function int2(value: number): void {
    view.setInt32(at, 2)
    view.setInt16(at + 4, value)
    at += 6
  }

  function empty(): void {
    view.setInt32(at, -1)
    at += 4
  }

  return {
    add(timeUs, value, sequence, sensorKey, versionKey, batchId, readingCount, quality, offsetInBatch, level) {
      if (at + ROW_BYTES + 2 > buffer.length) grow()
      rows++
      view.setInt16(at, COLUMNS)
      at += 2
      int8(timeUs - EPOCH_2000_US)
      view.setInt32(at, 8)
      view.setFloat64(at + 4, value)
      at += 12
      if (Number.isNaN(sequence)) empty()
      else int8(sequence)
      int4(sensorKey)
      int4(versionKey)
      int4(batchId)
      if (Number.isNaN(readingCount)) empty()
      else int4(readingCount)
      if (Number.isNaN(quality)) empty()
      else {
        view.setInt32(at, 4)
        view.setFloat32(at + 4, quality)
        at += 8
      }
      int2(offsetInBatch)
      int2(level)
    },
    get rows() { return rows },
    finish() {
      view.setInt16(at, -1)
      return buffer.subarray(0, at + 2)
    },
  }
}
