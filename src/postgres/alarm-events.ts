import { isOver } from '../alarm/alarm-state.ts'
import type { Step } from '../alarm/alarm-state.ts'
import { WAITING_STATES } from '../contract/alarm.ts'
import type { AlarmState, AlarmTransition } from '../contract/alarm.ts'
import type { Severity } from '../contract/alert.ts'
import type { AlertLevel } from '../contract/sensor-types.ts'
import { timeOf } from './alarm-rows.ts'
import type { AlarmKey, AlarmRow } from './alarm-rows.ts'
import type { Client } from './pool.ts'

/** A change of an alarm, for the record. */
export interface AlarmEventRow extends AlarmKey {
  readonly episodeId: string | null
  readonly transition: AlarmTransition
  readonly state: AlarmState
  readonly announced: boolean
  readonly occurredMs: number
  /** Null: a reading, or a time that was over. */
  readonly actor: string | null
  readonly reason: string | null
  readonly value: number | null
  readonly detail: string | null
  readonly alertId: string | null
}

/** A message of a change, as it is stored to be published. */
export interface AlarmAlert {
  readonly alertId: string
  /** Its status is that of the alarm when all is written. */
  readonly alarm: AlarmRow
  /** Of the alarm after this change. */
  readonly severity: Severity
  readonly transition: AlarmTransition
  readonly atMs: number
  readonly value: number
  readonly level: AlertLevel
  readonly description: string
  readonly detectedBy: string
  /** Where the reading was; null: no reading made it. */
  readonly logKey: number | null
  readonly offset: number | null
}

/** Changes that may take the condition with them. */
export const CLEARS: readonly AlarmTransition[] = ['cleared', 'shelving_expired', 'decommissioned', 'replaced']

/** Takes a step into the row; the caller adds what only it knows. */
export function takeStep(row: AlarmRow, { transition, standing }: Step, atMs: number): void {
  row.conditionActive = standing.active
  row.latched = standing.latched
  if (transition === 'escalated') row.escalatedMs = atMs
  // It is a new one to whoever looks at it.
  if (WAITING_STATES.includes(standing.state)) {
    row.acknowledgedMs = null
    row.acknowledgedBy = null
  }
  if (standing.active) row.clearedMs = null
  else if (CLEARS.includes(transition)) row.clearedMs ??= atMs
  const over = isOver(standing)
  row.state = over ? 'normal' : standing.state
  if (over) row.endedMs = atMs
}

export async function insertAlarmEvents(client: Client, events: readonly AlarmEventRow[]): Promise<void> {
  if (events.length === 0) return
  await client.query(
    `insert into alarm_event (episode_id, sensor_key, rule, transition, state, announced, occurred_at, actor, reason, value, detail, alert_id)
     select * from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::bool[], $7::timestamptz[], $8::text[], $9::text[],
       $10::float8[], $11::text[], $12::uuid[])`,
    [events.map((event) => event.episodeId), events.map((event) => event.sensorKey), events.map((event) => event.rule),
      events.map((event) => event.transition), events.map((event) => event.state), events.map((event) => event.announced),
      events.map((event) => timeOf(event.occurredMs)), events.map((event) => event.actor), events.map((event) => event.reason),
      events.map((event) => event.value), events.map((event) => event.detail), events.map((event) => event.alertId)])
}

/** Those of no reading are put where consumers look for what no log's outbox publishes. */
export async function insertAlarmAlerts(client: Client, alerts: readonly AlarmAlert[]): Promise<void> {
  if (alerts.length === 0) return
  await client.query(
    `insert into alerts (alert_id, sensor_id, sensor_type, anomaly_type, severity, sensor_value, sensor_unit, sensor_alert_level, description,
       location, detected_by, timestamp_utc, status, resolved_at, episode_id, transition, log_key, kafka_offset)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::text[], $8::text[], $9::text[], $10::jsonb[],
       $11::text[], $12::timestamptz[], $13::text[], $14::timestamptz[], $15::uuid[], $16::text[], $17::int2[], $18::int8[])`,
    [alerts.map(({ alertId }) => alertId), alerts.map(({ alarm }) => alarm.sensorId), alerts.map(({ alarm }) => alarm.sensorType),
      alerts.map(({ alarm }) => alarm.rule), alerts.map(({ severity }) => severity), alerts.map(({ value }) => value),
      alerts.map(({ alarm }) => alarm.unit), alerts.map(({ level }) => level), alerts.map(({ description }) => description),
      alerts.map(({ alarm }) => alarm.location), alerts.map(({ detectedBy }) => detectedBy), alerts.map(({ atMs }) => timeOf(atMs)),
      alerts.map(({ alarm }) => alertStatus(alarm)), alerts.map(({ alarm }) => timeOf(alarm.clearedMs)),
      alerts.map(({ alarm }) => alarm.episodeId), alerts.map(({ transition }) => transition), alerts.map(({ logKey }) => logKey),
      alerts.map(({ offset }) => offset)])
  const unsent = alerts.filter(({ logKey }) => logKey === null).map(({ alertId }) => alertId)
  if (unsent.length > 0) await client.query('insert into alert_unsent (alert_id) select unnest($1::uuid[])', [unsent])
}

/** The contract's word for where an alarm is. */
export function alertStatus({ conditionActive, acknowledgedMs }: Pick<AlarmRow, 'conditionActive' | 'acknowledgedMs'>): string {
  if (!conditionActive) return 'resolved'
  return acknowledgedMs === null ? 'active' : 'acknowledged'
}

/** All messages of an episode say where it is now. They are found by its events: `alerts` has no index by episode, and gets none while it is large. */
export async function updateAlertStatus(client: Client, rows: readonly AlarmRow[]): Promise<void> {
  if (rows.length === 0) return
  await client.query(
    `update alerts set status = n.status, resolved_at = n.resolved_at
     from unnest($1::uuid[], $2::text[], $3::timestamptz[]) as n (episode_id, status, resolved_at)
     join alarm_event e on e.episode_id = n.episode_id and e.alert_id is not null
     where alerts.alert_id = e.alert_id and (alerts.status, alerts.resolved_at) is distinct from (n.status, n.resolved_at)`,
    [rows.map((row) => row.episodeId), rows.map(alertStatus), rows.map((row) => timeOf(row.clearedMs))])
}
