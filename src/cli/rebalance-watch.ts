import { classifyPostgres } from '../postgres/errors.ts'
import { createPool } from '../postgres/pool.ts'
import { readRebalances } from '../postgres/read-rebalances.ts'
import type { RebalanceRow } from '../postgres/read-rebalances.ts'
import { ExitError, messageOf } from '../runtime/errors.ts'
import { printNotice } from './terminal.ts'

export interface RebalanceWatch {
  /** The events that were not given before, of the newest 50; at first the newest `firstCount`. None while PostgreSQL is away, which is said once. */
  next(): Promise<RebalanceRow[]>
  close(): Promise<void>
}

const ANSWER_MS = 3_000

export function createRebalanceWatch(databaseUrl: string, firstCount: number): RebalanceWatch {
  const pool = createPool(databaseUrl, { applicationName: 'monitor-alerts', max: 1, statementTimeoutMs: ANSWER_MS })
  // By id, not by the highest one: of two transactions the later may be seen first.
  let given: ReadonlySet<number> | null = null
  let away = false
  return {
    async next() {
      try {
        const rows = await readRebalances(pool)
        if (away) printNotice('-- PostgreSQL answers again')
        away = false
        const fresh = given === null ? rows.slice(0, firstCount) : rows.filter(({ eventId }) => given?.has(eventId) === false)
        given = new Set(rows.map(({ eventId }) => eventId))
        return fresh
      } catch (error) {
        const disposition = classifyPostgres(error)
        if (disposition === 'exit') throw new ExitError(`PostgreSQL doesn't let us in: ${messageOf(error)}`)
        if (disposition !== 'retry') throw error
        if (!away) printNotice(`-- PostgreSQL doesn't answer: ${messageOf(error)}; rebalancing events are not shown meanwhile`)
        away = true
        return []
      }
    },
    close: () => pool.end(),
  }
}
