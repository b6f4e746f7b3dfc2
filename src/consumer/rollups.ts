import { classifyPostgres } from '../postgres/errors.ts'
import type { Pool } from '../postgres/pool.ts'
import { PORTION_OFFSETS, rollUp } from '../postgres/roll-up.ts'
import { linkAbort, pause } from '../runtime/abort.ts'
import { messageOf } from '../runtime/errors.ts'
import type { Log } from '../runtime/log.ts'
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
  const stopping = new AbortController()
  let logKeys: readonly number[] = []
  let pending = 0
  let onWork: () => void = () => {}

  async function rollUpAll(signal: AbortSignal): Promise<void> {
    pending = 0
    while (!signal.aborted && await rollUp(pool, logKeys)) { /* more of them */ }
  }

  async function run(): Promise<void> {
    let failing = false
    while (!stopping.signal.aborted) {
      const wait = linkAbort(stopping.signal)
      onWork = () => { wait.abort() }
      try {
        await rollUpAll(stopping.signal)
        if (failing) log.info('readings are rolled up again')
        failing = false
      } catch (error) {
        const passes = classifyPostgres(error) === 'retry'
        if (!failing && passes) log.warn({ reason: messageOf(error) }, 'readings wait to be rolled up')
        if (!failing && !passes) log.error({ err: error }, 'readings wait to be rolled up until this is mended')
        failing = true
      }
      await pause(INTERVAL_MS, wait.signal)
      wait.release()
    }
  }

  const running = run()
  return {
    own(logs) {
      logKeys = logs.map((owned) => owned.logKey)
      onWork()
    },
    committed(offsets) {
      pending += offsets
      if (pending >= PORTION_OFFSETS) onWork()
    },
    async stop(timeoutMs) {
      stopping.abort()
      const deadline = linkAbort(new AbortController().signal)
      await Promise.race([
        running.then(() => rollUpAll(deadline.signal)).catch(() => {}).finally(() => { deadline.abort() }), pause(timeoutMs, deadline.signal)])
      deadline.abort()
    },
  }
}
