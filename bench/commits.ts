import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from '../src/postgres/pool.ts'

export const COMMIT_POLL_MS = 5

/** What a reader saw of a log: at `ms` (since 1970) everything below `nextOffset` was visible. */
interface SeenCommit {
  readonly ms: number
  readonly nextOffset: number
}

export interface Commits {
  /** By `log_key`, in the order in which they were seen. */
  readonly seen: ReadonlyMap<number, readonly SeenCommit[]>
  readonly done: Promise<void>
}

/** Reads the offsets, which move in the transaction of the readings: three rows, every 5 ms, on a connection of its own. */
export function watchCommits(pool: Pool, signal: AbortSignal): Commits {
  const seen = new Map<number, SeenCommit[]>()
  async function watch(): Promise<void> {
    for (;;) {
      // What was committed before the end is seen, also since the last look.
      const isLast = signal.aborted
      const { rows } = await pool.query<{ log_key: number, next_offset: number }>({
        name: 'offsets', text: 'select log_key, next_offset from partition_log',
      })
      const ms = wallClockMs()
      for (const { log_key: logKey, next_offset: nextOffset } of rows) {
        const list = seen.get(logKey)
        if (list === undefined) seen.set(logKey, [{ ms, nextOffset }])
        else if ((list.at(-1) as SeenCommit).nextOffset < nextOffset) list.push({ ms, nextOffset })
      }
      if (isLast) return
      await sleep(COMMIT_POLL_MS)
    }
  }
  return { seen, done: watch() }
}

/** The clock of `Date.now()`, finer. */
export function wallClockMs(): number {
  return performance.timeOrigin + performance.now()
}

/** From made to seen in the table, ms, of each reading that was made since then. */
export async function tableLatencies(pool: Pool, seen: Commits['seen'], countedFromMs: number): Promise<number[]> {
  const { rows } = await pool.query<{ log_key: number, position: number, ms: number }>(
    `select b.log_key, b.first_offset + r.offset_in_batch as position, extract(epoch from r.time)::float8 * 1000 as ms
     from reading r join batch b using (batch_id) where r.time >= to_timestamp($1::float8 / 1000) order by b.log_key, position`, [countedFromMs])
  const next = new Map<number, number>()
  return rows.map(({ log_key: logKey, position, ms }) => {
    const commits = seen.get(logKey) ?? []
    let index = next.get(logKey) ?? 0
    while ((commits[index]?.nextOffset ?? Infinity) <= position) index++
    next.set(logKey, index)
    const commit = commits[index]
    if (commit === undefined) throw new Error(`offset ${position} was never seen`)
    return commit.ms - ms
  })
}
