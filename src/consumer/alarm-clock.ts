import type { Calendar } from '../calendar/calendar.ts'
import { expireShelving } from '../postgres/alarm-actions.ts'
import { clearAlarmsOfClosedLogs, endAlarmsOfDecommissioned } from '../postgres/alarm-logs.ts'
import { inTransaction } from '../postgres/pool.ts'
import type { Client, Pool } from '../postgres/pool.ts'
import type { Log } from '../runtime/log.ts'
import { startFollowLoop } from './follow-loop.ts'
import type { FollowLoop } from './follow-loop.ts'
import { watchSuppressions } from './suppression-watch.ts'

const POLL_MS = 1_000
/** Topics are replaced seldom, and other programs decommission sensors seldom; to look takes 20 ms with 10,000 open alarms. */
const SELDOM_MS = 30_000

/**
 * What time does to alarms: ends the shelving whose time is over, suppresses machines by the calendar and shows them again, clears what only
 * logs said that are closed, and ends what is open of sensors that another program has decommissioned. Any consumer does it, whichever comes
 * first; `onChanged` when there was something.
 */
export function startAlarmClock(pool: Pool, calendar: Calendar, onChanged: () => void, log: Log): FollowLoop {
  let lookedMs = Number.NEGATIVE_INFINITY
  const followSuppressions = watchSuppressions(pool, calendar)

  async function all(change: (client: Client, nowMs: number) => Promise<number>): Promise<void> {
    while (await inTransaction(pool, (client) => change(client, Date.now())) > 0) onChanged()
  }

  return startFollowLoop({
    async pass() {
      await all(expireShelving)
      if (await followSuppressions() > 0) onChanged()
      if (performance.now() - lookedMs < SELDOM_MS) return
      await all(clearAlarmsOfClosedLogs)
      await all(endAlarmsOfDecommissioned)
      lookedMs = performance.now()
    },
    waiting: 'alarms stay hidden or shown after their time', again: 'alarms are hidden and shown in time again', pollMs: POLL_MS, goesOn: true, log,
  })
}
