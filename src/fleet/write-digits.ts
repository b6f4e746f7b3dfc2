/** Numbers and times as text, written straight into bytes. Each returns where it ends. */

const [ZERO, MINUS, DOT, LETTER_Z] = [48, 45, 46, 90]
const MINUTE_MS = 60_000

/** Of a whole number from 0 to 2^53. */
export function digitCount(value: number): number {
  let count = 1
  for (let limit = 10; value >= limit; limit *= 10) count++
  return count
}

/** A whole number from 0 to 2^53 that has `count` digits. */
export function writeWhole(bytes: Uint8Array, at: number, value: number, count: number): number {
  let rest = value
  for (let to = at + count - 1; to >= at; to--) {
    const tens = Math.floor(rest / 10)
    bytes[to] = ZERO + rest - 10 * tens
    rest = tens
  }
  return at + count
}

/** How many of `digits` decimals a number needs, as JavaScript writes it: none at the end that is 0. `scaled` is it times 10^digits. */
function neededDecimals(scaled: number, digits: number): number {
  let needed = digits
  for (let rest = scaled; needed > 0 && rest % 10 === 0; rest /= 10) needed--
  return needed
}

/** How many bytes `writeDecimal` writes. */
export function decimalBytes(scaled: number, digits: number): number {
  const decimals = neededDecimals(scaled, digits)
  const whole = digitCount(Math.floor(Math.abs(scaled) / 10 ** digits))
  return (scaled < 0 ? 1 : 0) + whole + (decimals === 0 ? 0 : 1 + decimals)
}

/** A number with so many decimals at most, given as the whole number of its smallest unit: 425 with 1 is `42.5`. */
export function writeDecimal(bytes: Uint8Array, at: number, scaled: number, digits: number): number {
  const decimals = neededDecimals(scaled, digits)
  const whole = Math.floor(Math.abs(scaled) / 10 ** digits)
  const fraction = (Math.abs(scaled) - whole * 10 ** digits) / 10 ** (digits - decimals)
  let to = at
  if (scaled < 0) bytes[to++] = MINUS
  to = writeWhole(bytes, to, whole, digitCount(whole))
  if (decimals === 0) return to
  bytes[to++] = DOT
  return writeWhole(bytes, to, fraction, decimals)
}

const minuteText = Buffer.alloc(17)
let minute = NaN

/** Milliseconds since 1970 as `2026-01-31T12:34:56.789Z`, 24 bytes. Most times are of the minute of the one before. */
export function writeTime(bytes: Uint8Array, at: number, timeMs: number): number {
  const current = Math.floor(timeMs / MINUTE_MS)
  if (current !== minute) {
    minuteText.write(new Date(current * MINUTE_MS).toISOString(), 'latin1')
    minute = current
  }
  bytes.set(minuteText, at)
  const inMinute = timeMs - current * MINUTE_MS
  const second = Math.floor(inMinute / 1000)
  writeWhole(bytes, at + 17, second, 2)
  bytes[at + 19] = DOT
  writeWhole(bytes, at + 20, inMinute - second * 1000, 3)
  bytes[at + 23] = LETTER_Z
  return at + 24
}
