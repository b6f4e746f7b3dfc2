import { insertRebalancingEvents } from '../postgres/rebalancing-events.ts'
import type { RebalancingEvent } from '../postgres/rebalancing-events.ts'
import type { Pool } from '../postgres/pool.ts'

export type RebalanceDetails = Omit<RebalancingEvent, 'timeMs'>

/** The events of this consumer's part in the group, kept in order until PostgreSQL has them. */
export interface Rebalances {
  record(...events: RebalanceDetails[]): void
  /** Writes what is waiting. What fails is written by the next call. */
  flush(): Promise<void>
}

/** Past it the oldest are dropped: a database that is away for long must not fill the memory. */
const MAX_WAITING = 1_000

export function createRebalances(pool: Pool, consumerId: string, topic: string): Rebalances {
  let waiting: RebalancingEvent[] = []
  return {
    record(...events) {
      const timeMs = Date.now()
      waiting = [...waiting, ...events.map((event) => ({ ...event, timeMs }))].slice(-MAX_WAITING)
    },
    async flush() {
      const events = waiting
      if (events.length === 0) return
      await insertRebalancingEvents(pool, consumerId, topic, events)
      waiting = waiting.filter((event) => !events.includes(event))
    },
  }
}
