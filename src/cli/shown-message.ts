import type { LogRecord } from '../kafka/log-slice.ts'
import { oneLine, timeOfDay } from './columns.ts'
import { coloured } from './terminal.ts'

/** A message of a topic as it is printed. */
export interface ShownLine {
  /** Milliseconds since 1970, to sort by. */
  readonly timeMs: number
  readonly text: string
}

/** How a message is shown; null where it was not asked for. */
export type MessageFormat = (record: LogRecord, partition: number) => ShownLine | null

/** The value as it was sent, on one line. */
export function rawLine(value: Buffer | null): string {
  const text = value?.toString('utf8') ?? ''
  return text.includes('\n') || text.includes('\r') ? JSON.stringify(JSON.parse(text)) : text
}

/** A message that is not what its topic is for: where it is, and why it can't be read. */
export function malformedLine(record: LogRecord, partition: number, reason: string, format: 'text' | 'json'): ShownLine {
  const { offset, timestampMs: timeMs } = record
  if (format === 'json') return { timeMs, text: JSON.stringify({ malformed: reason, partition, offset, value: record.value?.toString('utf8') ?? null }) }
  return { timeMs, text: coloured('yellow', `${timeOfDay(timeMs)}  malformed  ${partition}:${offset}  ${oneLine(reason)}`) }
}
