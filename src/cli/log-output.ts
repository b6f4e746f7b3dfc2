import type { CliConfig } from './config.ts'
import { formatLogLine } from './log-line.ts'
import { print } from './terminal.ts'

export interface LogLine {
  readonly name: string
  readonly line: string
  /** In a form that sorts. */
  readonly time: string
}

/** The last lines of each of several logs, and of a single one. */
export const LINES_EACH = 20
export const LINES_OF_ONE = 100

/** Prints a line of the log of one of these services, for a reader, or as it is with FORMAT=json. */
export function createLogPrinter(names: readonly string[], { format }: Pick<CliConfig, 'format'>): (name: string, line: string) => void {
  const width = Math.max(...names.map((name) => name.length))
  return (name, line) => {
    const text = format === 'json' ? line : formatLogLine(line)
    print(names.length === 1 || format === 'json' ? text : `${name.padEnd(width)} | ${text}`)
  }
}

/** Those of the same time stay as they are. */
export function inOrder(lines: readonly LogLine[]): LogLine[] {
  return lines.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
}

/** Whether logs, readings and alerts go on until Ctrl+C. */
export function follows({ follow }: Pick<CliConfig, 'follow'>): boolean {
  return follow ?? process.stdout.isTTY
}
