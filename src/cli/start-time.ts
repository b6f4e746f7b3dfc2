import { parseArgs } from 'node:util'
import { messageOf } from '../runtime/errors.ts'
import { UsageError } from './command.ts'

/**
 * When the start began, in milliseconds since 1970: `--since` in whole seconds, because make began to install things then; else now.
 * Throws a `UsageError` on anything else.
 */
export function startTime(args: readonly string[]): number {
  const now = Date.now() - performance.now()
  try {
    const { values } = parseArgs({ args: [...args], options: { since: { type: 'string' } } })
    const sinceMs = Number(values.since) * 1000
    // Whole seconds are too coarse for a start in which nothing was installed.
    return values.since === undefined || !(sinceMs > 0) || now - sinceMs < 2_000 ? now : sinceMs
  } catch (error) {
    throw new UsageError(messageOf(error))
  }
}
