import type { Queryable } from '../postgres/pool.ts'
import { readLogs } from '../postgres/read-logs.ts'
import { pause } from '../runtime/abort.ts'
import { messageOf } from '../runtime/errors.ts'
import type { Log } from '../runtime/log.ts'
import type { Positions } from './fleet-to-kafka.ts'

export interface LagOptions {
  readonly db: Queryable
  readonly topic: string
  readonly maxLag: number
  readonly positions: ReadonlyMap<number, Positions>
  /** Readings that Kafka has not acknowledged yet: they count, too. */
  readonly waiting: () => number
  /** Called when it begins to wait. */
  readonly onHeldBack: () => void
  readonly log: Log
  readonly signal: AbortSignal
}

const POLL_MS = 500
/** Below so much of the limit it goes on: not by a chunk at a time. */
const RESUME_SHARE = 0.75

/** How many of our acknowledged readings the consumers have not stored yet; what they never began counts whole. Rejects as the database does. */
async function consumerLag({ db, topic, positions }: Pick<LagOptions, 'db' | 'topic' | 'positions'>): Promise<number> {
  const next = new Map((await readLogs(db)).filter((log) => log.topic === topic && log.closedAt === null)
    .map((log) => [log.partition, log.nextOffset]))
  return [...positions].reduce((sum, [partition, { first, end }]) => sum + Math.max(0, end - Math.max(first, next.get(partition) ?? first)), 0)
}

/**
 * Resolves when the consumers are at most `maxLag` readings behind, or the signal is aborted. Where PostgreSQL doesn't answer nobody
 * stores anything, so it waits, too.
 */
export async function waitForConsumers(options: LagOptions): Promise<void> {
  const { maxLag, log, signal } = options
  let limit = maxLag
  for (;;) {
    if (signal.aborted) return
    const lag = await consumerLag(options).then((behind) => behind + options.waiting(), messageOf)
    if (typeof lag === 'number' && lag <= limit) break
    if (limit === maxLag) {
      log.info(typeof lag === 'number' ? { lag, maxLag } : { reason: lag }, 'held back until the consumers have stored more')
      options.onHeldBack()
      limit *= RESUME_SHARE
    }
    await pause(POLL_MS, signal)
  }
}
