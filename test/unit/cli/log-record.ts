import type { LogRecord } from '../../../src/kafka/log-slice.ts'

/** As it comes from Kafka, at offset 7; `value` is sent as JSON, a string as it is. */
export function recordOf(value: unknown): LogRecord {
  return {
    offset: 7, timestampMs: Date.parse('2026-01-31T12:00:01.500Z'), key: null, headers: [],
    value: value === null ? null : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  }
}
