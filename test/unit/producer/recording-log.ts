import { pino } from 'pino'
import type { Log } from '../../../src/runtime/log.ts'

export interface LogLine {
  readonly level: string
  readonly msg: string
  readonly [field: string]: unknown
}

/** A real log whose lines a test can read. */
export function recordingLog(): { log: Log, lines: () => LogLine[] } {
  const written: string[] = []
  const log = pino({ formatters: { level: (label) => ({ level: label }) } }, { write: (line: string) => { written.push(line) } })
  return { log, lines: () => written.map((line) => JSON.parse(line) as LogLine) }
}
