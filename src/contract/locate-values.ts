/** The values of a message that differ from one reading of a sensor to the next. */
export type SlotName = 'timestamp' | 'value' | 'alert_level' | 'quality' | 'reading_count' | 'sequence'

/** Where a value lies in the message: the characters of a string without its quotes, the digits of a number. */
export interface LocatedValue {
  readonly name: SlotName
  readonly from: number
  readonly to: number
}

const TEXTS = new Set(['timestamp', 'alert_level'])
const NUMBERS = new Set(['value', 'quality'])
const METADATA_NUMBERS = new Set(['reading_count', 'sequence'])
const QUOTE = 34
const BACKSLASH = 92
const SPACES = new Set([32, 9, 10, 13])
/** Also keeps the depth of nested arrays and objects, which are walked by recursion, far from what the stack holds. */
const MAX_BYTES = 2_048

/**
 * Finds these values in the bytes of a reading that is known to be valid JSON, in their order. Null where a name is written with an escape,
 * or twice in one object, so that it isn't certain which value counts, and where the message is long.
 */
export function locateValues(message: Buffer): LocatedValue[] | null {
  if (message.length > MAX_BYTES) return null
  const found: LocatedValue[] = []
  let at = 0

  function skipSpaces(): void {
    while (SPACES.has(message[at] as number)) at++
  }

  /** From its opening quote; leaves `at` behind the closing one. */
  function readString(): { from: number, to: number, escaped: boolean } {
    const from = ++at
    let escaped = false
    for (; message[at] !== QUOTE; at++) {
      if (message[at] !== BACKSLASH) continue
      escaped = true
      at++
    }
    return { from, to: at++, escaped }
  }

  function skipScalar(): void {
    while (at < message.length && !SPACES.has(message[at] as number) && !',]}'.includes(String.fromCharCode(message[at] as number))) at++
  }

  /** `path`: the object that the value is in; null in those that hold nothing of interest. Returns false where the message is ambiguous. */
  function walkValue(name: string, path: 'reading' | 'metadata' | null): boolean {
    skipSpaces()
    const first = String.fromCharCode(message[at] as number)
    if (first === '{') return walkObject(path === 'reading' && name === 'metadata' ? 'metadata' : null)
    if (first === '[') return walkArray()
    if (first === '"') {
      const { from, to, escaped } = readString()
      if (path !== 'reading' || !TEXTS.has(name)) return true
      found.push({ name: name as SlotName, from, to })
      return !escaped
    }
    const from = at
    skipScalar()
    // null is none.
    const isNumber = first === '-' || (first >= '0' && first <= '9')
    const wanted = path === 'reading' ? NUMBERS : path === 'metadata' ? METADATA_NUMBERS : null
    if (isNumber && wanted?.has(name) === true) found.push({ name: name as SlotName, from, to: at })
    return true
  }

  function walkArray(): boolean {
    at++
    for (;;) {
      skipSpaces()
      if (message[at] === 93) break
      if (message[at] === 44) at++
      else if (!walkValue('[]', null)) return false
    }
    at++
    return true
  }

  function walkObject(path: 'reading' | 'metadata' | null): boolean {
    const names = new Set<string>()
    at++
    for (;;) {
      skipSpaces()
      if (message[at] === 125) break
      if (message[at] === 44) {
        at++
        continue
      }
      const { from, to, escaped } = readString()
      const name = message.toString('utf8', from, to)
      if (escaped || names.has(name)) return false
      names.add(name)
      skipSpaces()
      at++
      if (!walkValue(name, path)) return false
    }
    at++
    return true
  }

  skipSpaces()
  return walkObject('reading') ? found : null
}
