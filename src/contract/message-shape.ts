import type { AcceptedTime, ValidReading } from './reading.ts'
import { MAX_READING_COUNT, MAX_SEQUENCE } from './reading.ts'
import { locateValues } from './locate-values.ts'
import type { SlotName } from './locate-values.ts'
import { ALERT_LEVELS } from './sensor-types.ts'
import { parseTimestamp } from './timestamp.ts'

/**
 * What the messages of one sensor have in common: all bytes but those of a few values. A message that differs from it in these values alone
 * is as valid as the one that it was learned from, and is read by them: 0.4 µs, where decoding and checking the whole of it takes 4.
 */
export interface MessageShape {
  /** The one that it was learned from. Its sensor, place, unit, limits and epoch are those of all. */
  readonly reading: ValidReading
  /** The bytes between the values, one after the other. */
  readonly fixed: DataView
  /** Where each of them ends in `fixed`: one more than there are slots. */
  readonly ends: readonly number[]
  readonly slots: readonly number[]
}

/** Places of a reading's values in what `matchShape` fills, `SLOTS` numbers each. NaN: not sent. */
export const TIME_US = 0
export const VALUE = 1
/** Its place in `ALERT_LEVELS`. */
export const LEVEL = 2
export const QUALITY = 3
export const READING_COUNT = 4
export const SEQUENCE = 5
export const SLOTS = 6

const SLOT_OF: Readonly<Record<SlotName, number>> = {
  timestamp: TIME_US, value: VALUE, alert_level: LEVEL, quality: QUALITY, reading_count: READING_COUNT, sequence: SEQUENCE,
}
const LEVEL_TEXTS = ALERT_LEVELS.map((level) => Buffer.from(level))
/** A number of so many digits is exactly what JSON.parse makes of it: both the digits and the power of ten are exact. */
const MAX_DIGITS = 15
const POWERS = Array.from({ length: MAX_DIGITS + 1 }, (_, exponent) => 10 ** exponent)
const ZERO = 48
const POINT = 46
const MINUS = 45
const QUOTE = 34
const MAX_TIMESTAMP_BYTES = 40

/** The shape of a message that was decoded to this reading; null where its values can't be told apart so simply. */
export function learnShape(message: Buffer, reading: ValidReading): MessageShape | null {
  const values = locateValues(message)
  if (values === null) return null
  const parts: Buffer[] = []
  const ends: number[] = []
  let at = 0
  let end = 0
  for (const { from, to } of [...values, { from: message.length, to: message.length }]) {
    parts.push(message.subarray(at, from))
    end += from - at
    ends.push(end)
    at = to
  }
  const fixed = Buffer.concat(parts)
  return {
    reading, fixed: new DataView(fixed.buffer, fixed.byteOffset, fixed.length), ends, slots: values.map(({ name }) => SLOT_OF[name]),
  }
}

/** Where the value that was read last ended. */
let cursor = 0

/**
 * Whether the bytes from `start` up to, not including, `end` are a message of this shape, with values that are allowed. Then they are in `out`,
 * from `outAt` on. False says nothing of the message: it has to be decoded.
 */
export function matchShape(
  shape: MessageShape, bytes: DataView, start: number, end: number, accepted: AcceptedTime, out: Float64Array, outAt: number,
): boolean {
  const { fixed, ends, slots } = shape
  let at = start
  let fixedAt = 0
  out.fill(Number.NaN, outAt, outAt + SLOTS)
  for (let part = 0; part < ends.length; part++) {
    const fixedEnd = ends[part] as number
    if (at + fixedEnd - fixedAt > end) return false
    for (; fixedAt + 4 <= fixedEnd; fixedAt += 4, at += 4) if (fixed.getInt32(fixedAt) !== bytes.getInt32(at)) return false
    for (; fixedAt < fixedEnd; fixedAt++, at++) if (fixed.getInt8(fixedAt) !== bytes.getInt8(at)) return false
    if (part === slots.length) break
    const slot = slots[part] as number
    const value = slot === TIME_US ? readTime(bytes, at, end) : slot === LEVEL ? readLevel(bytes, at, end) : readNumber(bytes, at, end)
    if (!isAllowed(slot, value, accepted)) return false
    out[outAt + slot] = value
    at = cursor
  }
  return at === end
}

function isAllowed(slot: number, value: number, accepted: AcceptedTime): boolean {
  switch (slot) {
    case TIME_US: return value >= accepted.oldestUs && value <= accepted.newestUs
    case QUALITY: return value >= 0 && value <= 1
    case READING_COUNT: return Number.isInteger(value) && value >= 0 && value <= MAX_READING_COUNT
    case SEQUENCE: return Number.isInteger(value) && value >= 0 && value <= MAX_SEQUENCE
    default: return !Number.isNaN(value)
  }
}

/** A JSON number without exponent and of few digits; else NaN. */
function readNumber(bytes: DataView, start: number, end: number): number {
  let at = start
  const negative = at < end && bytes.getUint8(at) === MINUS
  if (negative) at++
  const first = at
  let digits = 0
  let point = -1
  for (; at < end; at++) {
    const byte = bytes.getUint8(at)
    if (byte >= ZERO && byte <= ZERO + 9) digits = digits * 10 + byte - ZERO
    else if (byte === POINT && point < 0) point = at
    else break
  }
  cursor = at
  const count = at - first - (point < 0 ? 0 : 1)
  const whole = (point < 0 ? at : point) - first
  // JSON has neither 01 nor .5 nor 5. ; what follows is checked by the caller, so an exponent is no match.
  if (count > MAX_DIGITS || whole === 0 || point === at - 1 || (whole > 1 && bytes.getUint8(first) === ZERO)) return Number.NaN
  const value = point < 0 ? digits : digits / (POWERS[at - point - 1] as number)
  return negative ? -value : value
}

/** The text of a level, before its closing quote; else NaN. */
function readLevel(bytes: DataView, start: number, end: number): number {
  for (let level = 0; level < LEVEL_TEXTS.length; level++) {
    const text = LEVEL_TEXTS[level] as Buffer
    let length = 0
    while (length < text.length && start + length < end && bytes.getUint8(start + length) === text[length]) length++
    if (length < text.length) continue
    cursor = start + length
    return level
  }
  return Number.NaN
}

// The day that was read last, `2026-01-31T`: readings come mostly of one.
let day0 = 0
let day4 = 0
let day7 = 0
let midnightUs = Number.NaN

/** Microseconds since 1970, of a time before its closing quote; else NaN. */
function readTime(bytes: DataView, start: number, end: number): number {
  const last = Math.min(end, start + MAX_TIMESTAMP_BYTES)
  if (start + 20 > last) return Number.NaN
  if (bytes.getInt32(start) !== day0 || bytes.getInt32(start + 4) !== day4 || bytes.getInt32(start + 7) !== day7) {
    midnightUs = parseTimestamp(`${textOf(bytes, start, start + 11)}00:00:00Z`) ?? Number.NaN
    day0 = bytes.getInt32(start)
    day4 = bytes.getInt32(start + 4)
    day7 = bytes.getInt32(start + 7)
  }
  const hour = twoDigits(bytes, start + 11, 24)
  const minute = twoDigits(bytes, start + 14, 60)
  const second = twoDigits(bytes, start + 17, 60)
  if (bytes.getUint8(start + 13) !== 58 || bytes.getUint8(start + 16) !== 58) return Number.NaN
  let at = start + 19
  let fractionUs = 0
  if (bytes.getUint8(at) === POINT) {
    at++
    const first = at
    // Past the microseconds a digit counts 0, and there may be nine.
    for (let unitUs = 100_000; at < last && isDigit(bytes.getUint8(at)); at++, unitUs = Math.trunc(unitUs / 10)) {
      fractionUs += (bytes.getUint8(at) - ZERO) * unitUs
    }
    if (at === first || at - first > 9) return Number.NaN
  }
  // Other zones than Z are rare enough.
  if (at + 1 >= last || bytes.getUint8(at) !== 90 || bytes.getUint8(at + 1) !== QUOTE) return Number.NaN
  cursor = at + 1
  return midnightUs + (hour * 3600 + minute * 60 + second) * 1_000_000 + fractionUs
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9
}

/** Two digits that make less than `limit`; else NaN. */
function twoDigits(bytes: DataView, at: number, limit: number): number {
  const tens = bytes.getUint8(at) - ZERO
  const ones = bytes.getUint8(at + 1) - ZERO
  const value = tens * 10 + ones
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 && value < limit ? value : Number.NaN
}

function textOf(bytes: DataView, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1')
}
