import { act, endAlarms } from './alarm-actions.ts'
import { keyText, lockDecommissioned, lockOpenAlarms, readHiding, standingOf } from './alarm-rows.ts'
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

/** So many sensors in one call, whose rows are locked meanwhile. */
const MOST_SENSORS_AT_ONCE = 100

/**
 * Ends what is open of sensors that another program has decommissioned: no consumer follows them any more. To be called now and then, in a
 * transaction; says how many alarms it ended.
 */
export async function endAlarmsOfDecommissioned(client: Client, nowMs: number): Promise<number> {
  const { rows } = await client.query<{ key: number }>(
    `select distinct sensor_key as key from alarm join sensors using (sensor_key) where ended_at is null and status = 'decommissioned' limit $1`,
    [MOST_SENSORS_AT_ONCE])
  if (rows.length === 0) return 0
  let ended = 0
  for (const sensorKey of await lockDecommissioned(client, rows.map(({ key }) => key))) {
    ended += await endAlarms(client, sensorKey, 'decommissioned', { name: null, reason: 'its status was set by another program', nowMs })
  }
  return ended
}
