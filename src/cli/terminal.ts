import { styleText } from 'node:util'
import type { Progress } from '../local/supervisor/protocol.ts'
import { timed } from '../local/supervisor/steps.ts'

const LABEL_WIDTH = 36

/** Colour only where standard output is a terminal, and not under NO_COLOR. */
export function coloured(style: 'green' | 'red' | 'yellow' | 'dim' | 'bold' | 'cyan', text: string): string {
  return styleText(style, text, { stream: process.stdout })
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** `  PostgreSQL ready                     0.8 s` */
export function stepLine(label: string, seconds: number): string {
  return `  ${label.padEnd(LABEL_WIDTH)}${seconds.toFixed(1).padStart(6)} s`
}

export function printStep({ label, seconds, failure }: Progress): void {
  print(failure === undefined ? stepLine(label, seconds) : coloured('red', stepLine(`${label}: failed`, seconds)))
}

/** Runs a step of this process and prints its end. */
export async function timedStep(label: string, work: () => Promise<unknown>): Promise<void> {
  await timed(printStep, label, work)
}

export function printFailure(message: string): void {
  process.stderr.write(`${styleText('red', message, { stream: process.stderr })}\n`)
}

/** What isn't part of a command's answer: on standard error, so that the answer can be piped. */
export function printNotice(message: string): void {
  process.stderr.write(`${styleText('dim', message, { stream: process.stderr })}\n`)
}

/** Columns as wide as their widest cell; those named are set flush right. */
export function table(rows: readonly (readonly string[])[], right: ReadonlySet<number> = new Set()): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => row.map((cell, column) => {
    const width = widths[column] ?? 0
    return right.has(column) ? cell.padStart(width) : cell.padEnd(width)
  }).join('  ').trimEnd())
}
