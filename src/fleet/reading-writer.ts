import { readingFrame } from '../contract/encode-reading.ts'
import type { SensorIdentity } from '../contract/encode-reading.ts'
import { ALERT_LEVELS, SENSOR_TYPES, alertLevelOf } from '../contract/sensor-types.ts'
import type { AlertLevel } from '../contract/sensor-types.ts'
import { RECORD_OVERHEAD_BYTES, varintBytes, writeVarint } from '../kafka/record-batch.ts'
import { decimals } from '../sensor/signal.ts'
import type { Sample } from '../sensor/signal.ts'
import { decimalBytes, digitCount, writeDecimal, writeTime, writeWhole } from './write-digits.ts'

/** Writes the readings of one sensor as records of a batch, key and value. */
export interface ReadingWriter {
  /** No record is longer. */
  readonly maxBytes: number
  /** Writes at `at`, as the record that is the `place`th of its batch, from 0; returns where it ends. Times are milliseconds since 1970. */
  write(bytes: Buffer, at: number, place: number, sequence: number, timeMs: number, sample: Sample): number
}

const TIME_BYTES = 24
/** A value, a quality, and the sequence twice, at most. */
const VARIABLE_BYTES = 100

/**
 * The text is that of `createEncoder`, byte for byte, without a string in between: 0.3 µs a reading in the batch, where the text alone takes
 * 0.65 µs and the record that the client makes of it several times that.
 */
export function createReadingWriter(identity: SensorIdentity): ReadingWriter {
  const frame = readingFrame(identity)
  const key = Buffer.from(identity.sensorId)
  const beforeValue = Buffer.from(`${frame.beforeTime}${' '.repeat(TIME_BYTES)}${frame.afterTime}`)
  const timeAt = Buffer.byteLength(frame.beforeTime)
  const afterValue = Object.fromEntries(ALERT_LEVELS.map((level) => (
    [level, Buffer.from(`${frame.afterValue}${level}${frame.afterLevel}`)]))) as Record<AlertLevel, Buffer>
  const beforeCount = Buffer.from(frame.afterQuality)
  const afterCount = Buffer.from(frame.afterCount)
  const end = Buffer.from(frame.afterSequence)
  const digits = decimals(SENSOR_TYPES[identity.sensorType])
  const scale = 10 ** digits
  const fixedBytes = beforeValue.length + beforeCount.length + afterCount.length + end.length
  const keyFieldBytes = varintBytes(key.length) + key.length

  return {
    maxBytes: RECORD_OVERHEAD_BYTES + key.length + fixedBytes + afterValue.critical.length + VARIABLE_BYTES,
    write(bytes, at, place, sequence, timeMs, { value, quality }) {
      const level = afterValue[alertLevelOf(value, identity.thresholds)]
      const scaled = Math.round(value * scale)
      const hundredths = Math.round(quality * 100)
      const count = digitCount(sequence)
      const valueBytes = fixedBytes + level.length + decimalBytes(scaled, digits) + decimalBytes(hundredths, 2) + 2 * count
      // Attributes, time and headers are one byte each, all 0.
      const recordBytes = 3 + varintBytes(place) + keyFieldBytes + varintBytes(valueBytes) + valueBytes
      let to = writeVarint(bytes, at, recordBytes)
      bytes[to++] = 0
      bytes[to++] = 0
      to = writeVarint(bytes, to, place)
      to = append(bytes, writeVarint(bytes, to, key.length), key)
      to = writeVarint(bytes, to, valueBytes)
      const text = to
      to = append(bytes, text, beforeValue)
      writeTime(bytes, text + timeAt, timeMs)
      to = append(bytes, writeDecimal(bytes, to, scaled, digits), level)
      to = append(bytes, writeDecimal(bytes, to, hundredths, 2), beforeCount)
      to = append(bytes, writeWhole(bytes, to, sequence, count), afterCount)
      to = append(bytes, writeWhole(bytes, to, sequence, count), end)
      bytes[to++] = 0
      return to
    },
  }
}

function append(bytes: Buffer, at: number, part: Buffer): number {
  bytes.set(part, at)
  return at + part.length
}
