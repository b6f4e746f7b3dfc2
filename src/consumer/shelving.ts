import { expireShelving } from '../postgres/alarm-actions.ts'
import { inTransaction } from '../postgres/pool.ts'
import type { Pool } from '../postgres/pool.ts'
import type { Log } from '../runtime/log.ts'
import { startFollowLoop } from './follow-loop.ts'
import type { FollowLoop } from './follow-loop.ts'

const POLL_MS = 1_000

/** Ends the shelving of alarms whose time is over. Any consumer does it, whichever comes first; `onExpired` when there were some. */
export function startShelving(pool: Pool, onExpired: () => void, log: Log): FollowLoop {
  return startFollowLoop({
    async pass() {
      if (await inTransaction(pool, (client) => expireShelving(client, Date.now())) > 0) onExpired()
    },
    waiting: 'alarms stay shelved after their time', again: 'shelved alarms come back in time again', pollMs: POLL_MS, goesOn: true, log,
  })
}
