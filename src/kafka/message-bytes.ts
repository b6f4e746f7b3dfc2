import { isUtf8 } from 'node:buffer'
import { StringDecoder } from 'node:string_decoder'
import type { KafkaBytes, KafkaMessage } from '../contract/kafka-api.ts'
import type { LogRecord } from './log-slice.ts'

/** What is shown of a key, a value or a header in a list; a topic takes 4 MB each. */
export const SHOWN_BYTES = 64 * 1024

/** A record as the API tells it, with at most `mostBytes` of each part. The strings are copies: the fetched bytes can go. */
export function toMessage(partition: number, record: LogRecord, mostBytes: number): KafkaMessage {
  return {
    partition, offset: record.offset, timestamp: timeOf(record.timestampMs),
    key: toText(record.key, mostBytes), value: toText(record.value, mostBytes),
    headers: record.headers.map(([name, value]) => ({ name: name?.toString() ?? '', value: toText(value, mostBytes) })),
  }
}

/** Text where the bytes are UTF-8, else base64; never cut within a character. */
export function toText(bytes: Buffer | null, mostBytes: number): KafkaBytes | null {
  if (bytes === null) return null
  const shown = bytes.subarray(0, mostBytes)
  const text = isUtf8(bytes)
  return {
    encoding: text ? 'utf8' : 'base64', text: text ? new StringDecoder('utf8').write(shown) : shown.toString('base64'),
    size_bytes: bytes.length, truncated: bytes.length > mostBytes,
  }
}

/** Characters of the key, the value and the headers' values, as far as they are shown. */
export function textLength({ key, value, headers }: KafkaMessage): number {
  return [key, value, ...headers.map((header) => header.value)].reduce((total, part) => total + (part?.text.length ?? 0), 0)
}

/** Whether a part of the record contains the text, whatever its case; bytes that aren't UTF-8 are looked at as if they were. */
export function contains(record: LogRecord, search: string): boolean {
  const wanted = search.toLowerCase()
  const has = (bytes: Buffer | null): boolean => bytes !== null && bytes.toString().toLowerCase().includes(wanted)
  return has(record.value) || has(record.key) || record.headers.some(([name, value]) => has(name) || has(value))
}

/** A producer may send any number as its time; a date can't hold all of them. */
function timeOf(timestampMs: number): string {
  return new Date(Math.min(8.64e15, Math.max(0, timestampMs))).toISOString()
}
