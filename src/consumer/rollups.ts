import type { Pool } from '../postgres/pool.ts'
import { PORTION_OFFSETS, rollUp } from '../postgres/roll-up.ts'
import type { Log } from '../runtime/log.ts'
import { startFollowLoop } from './follow-loop.ts'
import type { OwnedLog } from './prepare.ts'

export interface Rollups {
  /** Rolls up what these logs have, and goes on with them until told otherwise. */
  own(logs: readonly OwnedLog[]): void
  /** So many offsets more are committed. */
  committed(offsets: number): void
  /** Rolls up what is left, for at most so long, then stops. */
  stop(timeoutMs: number): Promise<void>
}

/** A row of each sensor's minute, hour and state is rewritten so often, at least where its readings come more often than that. */
const INTERVAL_MS = 5_000

/**
 * Follows the logs in PostgreSQL, some seconds behind. Never fails: nothing of it is in memory, so no new start would mend what a next
 * try doesn't, and the ingest must not end for it.
 */
export function startRollups(pool: Pool, log: Log): Rollups {
  let logKeys: readonly number[] = []
  let pending = 0

  async function rollUpAll(signal: AbortSignal): Promise<void> {
    pending = 0
    while (!signal.aborted && await rollUp(pool, logKeys)) { /* more of them */ }
  }

  const loop = startFollowLoop({
    pass: rollUpAll, waiting: 'readings wait to be rolled up', again: 'readings are rolled up again', pollMs: INTERVAL_MS, retryMs: INTERVAL_MS,
    goesOn: true, log,
  })
  return {
    own(logs) {
      logKeys = logs.map((owned) => owned.logKey)
      loop.wake()
    },
    committed(offsets) {
      pending += offsets
      if (pending >= PORTION_OFFSETS) loop.wake()
    },
    stop: loop.finish,
  }
}
