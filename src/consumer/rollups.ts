import type { Client, Pool } from '../postgres/pool.ts'
import { PORTION_OFFSETS, prepareRollUp, rollUp, rollUpIn } from '../postgres/roll-up.ts'
import { messageOf } from '../runtime/errors.ts'
import type { Log } from '../runtime/log.ts'

export interface Rollups {
  /** What the next batch's transaction does, before its fence, so that the rollups hold all up to its end; null: it isn't due. */
  step(shares: readonly RolledShare[]): Promise<((client: Client) => Promise<void>) | null>
  /** There is no batch to write: what is left is rolled up in a transaction of its own, where that is due. */
  whileIdle(): Promise<void>
  /** Rolls up what is left, for at most so long. */
  finish(timeoutMs: number): Promise<void>
}

export interface RolledShare {
  readonly firstOffset: number
  readonly nextOffset: number
  readonly days: readonly number[]
}

/** Between two passes lies this many times what the last one took: at most a twentieth of the time goes into them. */
const PAUSE_PER_PASS = 19
const MAX_PAUSE_MS = 5_000
/** So many readings are worth an index that knows where they are. */
const LARGE_OFFSETS = 20_000

/**
 * Paces the rollups of these logs: with every batch where that is cheap (a pass over some hundred readings takes 5 ms), less often where many
 * sensors report, because then nearly every reading has a minute and an hour of its own to be updated.
 */
export function createRollups(pool: Pool, logKeys: readonly number[], log: Log): Rollups {
  /** What the owner before left behind isn't known: rolled up first, apart. */
  let isCaughtUp = false
  let pendingOffsets = 0
  let pendingDays = new Set<number>()
  let dueMs = Number.NEGATIVE_INFINITY
  let isFailing = false

  const isDue = (): boolean => pendingOffsets >= PORTION_OFFSETS || performance.now() >= dueMs

  function passed(tookMs: number): void {
    dueMs = performance.now() + Math.min(MAX_PAUSE_MS, PAUSE_PER_PASS * tookMs)
    if (isFailing) log.info('readings are rolled up again')
    isFailing = false
  }

  /** Never an end of the ingest: the readings are stored, and the next pass begins where the last good one ended. */
  function failed(error: unknown): void {
    dueMs = performance.now() + MAX_PAUSE_MS
    isCaughtUp = false
    if (!isFailing) log.warn({ reason: messageOf(error) }, 'readings wait to be rolled up')
    isFailing = true
  }

  async function catchUp(timeoutMs = Number.POSITIVE_INFINITY): Promise<void> {
    const startedMs = performance.now()
    try {
      while (performance.now() - startedMs < timeoutMs && await rollUp(pool, logKeys)) { /* more of them */ }
      isCaughtUp = true
      pendingOffsets = 0
      pendingDays = new Set()
      passed(0)
    } catch (error) {
      failed(error)
    }
  }

  return {
    async step(shares) {
      for (const { firstOffset, nextOffset, days } of shares) {
        pendingOffsets += nextOffset - firstOffset
        for (const day of days) pendingDays.add(day)
      }
      if (!isDue()) return null
      if (!isCaughtUp) await catchUp()
      if (!isCaughtUp) return null
      const startedMs = performance.now()
      if (pendingOffsets >= LARGE_OFFSETS) {
        try {
          await prepareRollUp(pool, [...pendingDays])
        } catch (error) {
          failed(error)
          return null
        }
      }
      const preparedMs = performance.now() - startedMs
      return async (client) => {
        const beganMs = performance.now()
        await client.query('savepoint roll_up')
        try {
          const hasMore = await rollUpIn(client, logKeys)
          pendingOffsets = hasMore ? PORTION_OFFSETS : 0
          if (!hasMore) pendingDays = new Set()
          passed(performance.now() - beganMs + preparedMs)
        } catch (error) {
          await client.query('rollback to savepoint roll_up')
          failed(error)
        }
      }
    },
    async whileIdle() {
      if ((pendingOffsets > 0 || !isCaughtUp) && isDue()) await catchUp()
    },
    finish: catchUp,
  }
}
