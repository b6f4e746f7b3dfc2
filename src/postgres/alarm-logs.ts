import { act } from './alarm-actions.ts'
import { keyText, lockOpenAlarms, readHiding, standingOf } from './alarm-rows.ts'
import type { AlarmKey } from './alarm-rows.ts'
import type { Client } from './pool.ts'

/** So many in one call; the next goes on. */
const MOST_AT_ONCE = 1_000

/**
 * Clears what only logs say that are closed: their topic was replaced, and no reading of theirs will ever clear it. What is still there is raised
 * by the new topic's readings. To be called now and then, in a transaction; says how many alarms it cleared.
 */
export async function clearAlarmsOfClosedLogs(client: Client, nowMs: number): Promise<number> {
  const { rows: keys } = await client.query<AlarmKey>(
    `select sensor_key as "sensorKey", rule from alarm a
     where ended_at is null and condition_active and active_logs <> '{}' and not exists (
       select from jsonb_object_keys(active_logs) as k (log_key)
       where not exists (select from partition_log l where l.log_key = k.log_key::smallint and l.closed_at is not null))
     limit $1`, [MOST_AT_ONCE])
  const alarms = await lockOpenAlarms(client, keys)
  const hiding = await readHiding(client, alarms)
  for (const alarm of alarms) {
    alarm.activeLogs = {}
    await act(client, alarm, standingOf(alarm, hiding.get(keyText(alarm))), 'clear', { name: null, reason: 'the topic of its readings was replaced', nowMs })
  }
  return alarms.length
}
