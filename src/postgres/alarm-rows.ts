import type { AlarmStanding } from '../alarm/alarm-state.ts'
import type { AlarmPriority, AlarmRule, AlarmState } from '../contract/alarm.ts'
import type { Severity } from '../contract/alert.ts'
import type { AlertLevel } from '../contract/sensor-types.ts'
import type { Client, Queryable } from './pool.ts'

/** One episode of one rule of one sensor. Times are milliseconds since 1970. */
export interface AlarmRow {
  readonly episodeId: string
  readonly sensorKey: number
  readonly sensorId: string
  readonly sensorType: string
  readonly machineId: string
  /** JSON of the contract's location. */
  readonly location: string
  readonly rule: AlarmRule
  priority: AlarmPriority
  severity: Severity
  state: AlarmState
  conditionActive: boolean
  latched: boolean
  /** By log_key, 0 being none: when its readings last said that the condition is there. */
  activeLogs: Readonly<Record<string, number>>
  readonly raisedMs: number
  escalatedMs: number | null
  clearedMs: number | null
  acknowledgedMs: number | null
  acknowledgedBy: string | null
  endedMs: number | null
  readonly firstValue: number
  lastValue: number
  lastLevel: AlertLevel
  peakValue: number
  peakMs: number
  /** How far the peak went, by the rule's own measure. */
  peakExcess: number
  readonly unit: string
  readings: number
  description: string
  groupId: string | null
  readonly logKey: number | null
  readonly detectedBy: string
  /** When it was last written. */
  readonly changedMs: number
}

/** A sensor's rule, by which alarms are shelved and taken out of service. */
export interface AlarmKey {
  readonly sensorKey: number
  readonly rule: AlarmRule
}

const ms = (column: string, name: string): string => `(extract(epoch from ${column}) * 1000)::float8 as "${name}"`

/** The columns of an `AlarmRow`, of the table `a`. */
export const ALARM_SELECTION = `
  a.episode_id as "episodeId", a.sensor_key as "sensorKey", a.sensor_id as "sensorId", a.sensor_type as "sensorType", a.machine_id as "machineId",
  a.location::text as location, a.rule, a.priority, a.severity, a.state, a.condition_active as "conditionActive", a.latched,
  a.active_logs as "activeLogs", ${ms('a.raised_at', 'raisedMs')}, ${ms('a.escalated_at', 'escalatedMs')}, ${ms('a.cleared_at', 'clearedMs')},
  ${ms('a.acknowledged_at', 'acknowledgedMs')}, a.acknowledged_by as "acknowledgedBy", ${ms('a.ended_at', 'endedMs')},
  a.first_value as "firstValue", a.last_value as "lastValue", a.last_level as "lastLevel", a.peak_value as "peakValue",
  ${ms('a.peak_at', 'peakMs')}, a.peak_excess as "peakExcess", a.unit, a.readings, a.description, a.group_id as "groupId", a.log_key as "logKey",
  a.detected_by as "detectedBy", ${ms('a.changed_at', 'changedMs')}`

const COLUMNS = {
  episode_id: 'uuid', sensor_key: 'int', sensor_id: 'text', sensor_type: 'text', machine_id: 'text', location: 'jsonb', rule: 'text',
  priority: 'text', severity: 'text', state: 'text', condition_active: 'bool', latched: 'bool', active_logs: 'jsonb',
  raised_at: 'timestamptz', escalated_at: 'timestamptz', cleared_at: 'timestamptz', acknowledged_at: 'timestamptz', acknowledged_by: 'text',
  ended_at: 'timestamptz', first_value: 'float8', last_value: 'float8', last_level: 'text', peak_value: 'float8', peak_at: 'timestamptz',
  peak_excess: 'float8', unit: 'text', readings: 'int8', description: 'text', group_id: 'uuid', log_key: 'int2', detected_by: 'text',
} as const

const NAMES = Object.keys(COLUMNS).join(', ')
const INSERT = `insert into alarm (${NAMES})
  select ${NAMES} from jsonb_to_recordset($1::jsonb) as a (${Object.entries(COLUMNS).map(([name, type]) => `${name} ${type}`).join(', ')})`
/** What doesn't change in the life of an episode isn't written again. */
const FIXED = ['episode_id', 'sensor_key', 'sensor_id', 'sensor_type', 'machine_id', 'location', 'rule', 'first_value', 'unit', 'log_key', 'detected_by']
const CHANGING = Object.keys(COLUMNS).filter((name) => !FIXED.includes(name))

function recordOf(row: AlarmRow): Record<keyof typeof COLUMNS, unknown> {
  return {
    episode_id: row.episodeId, sensor_key: row.sensorKey, sensor_id: row.sensorId, sensor_type: row.sensorType, machine_id: row.machineId,
    location: JSON.parse(row.location) as unknown, rule: row.rule, priority: row.priority, severity: row.severity, state: row.state,
    condition_active: row.conditionActive, latched: row.latched, active_logs: row.activeLogs,
    raised_at: timeOf(row.raisedMs), escalated_at: timeOf(row.escalatedMs), cleared_at: timeOf(row.clearedMs),
    acknowledged_at: timeOf(row.acknowledgedMs), acknowledged_by: row.acknowledgedBy, ended_at: timeOf(row.endedMs),
    first_value: row.firstValue, last_value: row.lastValue, last_level: row.lastLevel, peak_value: row.peakValue, peak_at: timeOf(row.peakMs),
    peak_excess: row.peakExcess, unit: row.unit, readings: row.readings, description: row.description, group_id: row.groupId, log_key: row.logKey,
    detected_by: row.detectedBy,
  }
}

export function timeOf(timeMs: number): string
export function timeOf(timeMs: number | null): string | null
export function timeOf(timeMs: number | null): string | null {
  return timeMs === null ? null : new Date(timeMs).toISOString()
}

/** Inserts those of the episodes whose sensor and rule has no open one; who else inserts one just now is waited for. */
export async function insertWhereNoneIsOpen(client: Client, rows: readonly AlarmRow[]): Promise<void> {
  if (rows.length === 0) return
  await client.query(`${INSERT} on conflict (sensor_key, rule) where ended_at is null do nothing`, [JSON.stringify(rows.map(recordOf))])
}

/** Inserts and updates, in this order: an episode may end and the next of its sensor and rule begin in one call. */
export async function writeAlarmRows(client: Client, rows: readonly AlarmRow[]): Promise<void> {
  if (rows.length === 0) return
  await client.query(
    `${INSERT} on conflict (episode_id) do update set ${CHANGING.map((name) => `${name} = excluded.${name}`).join(', ')}, changed_at = now()`,
    [JSON.stringify(rows.map(recordOf))])
}

/** The open alarms of these sensors and rules, locked in one order for all who ask. */
export async function lockOpenAlarms(client: Client, keys: readonly AlarmKey[]): Promise<AlarmRow[]> {
  const { rows } = await client.query<AlarmRow>(
    `select ${ALARM_SELECTION} from alarm a join unnest($1::int[], $2::text[]) as k (sensor_key, rule) using (sensor_key, rule)
     where a.ended_at is null order by a.sensor_key, a.rule for update of a`,
    [keys.map(({ sensorKey }) => sensorKey), keys.map(({ rule }) => rule)])
  return rows
}

/**
 * Of these sensors those that are decommissioned. None of the others is until the end of the transaction: whoever decommissions one waits for it,
 * and then finds the alarms that it has raised.
 */
export async function lockDecommissioned(client: Client, sensorKeys: readonly number[]): Promise<Set<number>> {
  const { rows } = await client.query<{ key: number, status: string }>(
    'select sensor_key as key, status from sensors where sensor_key = any($1) order by sensor_key for share', [sensorKeys])
  return new Set(rows.filter(({ status }) => status === 'decommissioned').map(({ key }) => key))
}

export async function lockAlarm(client: Client, episodeId: string): Promise<AlarmRow | undefined> {
  const { rows } = await client.query<AlarmRow>(`select ${ALARM_SELECTION} from alarm a where a.episode_id = $1 for update`, [episodeId])
  return rows[0]
}

/** What keeps the alarms of a sensor's rule from the operators. */
export interface Hiding extends AlarmKey {
  readonly outOfService: boolean
  readonly suppressed: boolean
  readonly shelved: boolean
  /** Of a shelving that ends with the condition. */
  readonly oneShot: boolean
}

/** Of these sensors and rules, each with its machine: those that something hides. A shelving counts as long as its row is there. */
export async function readHiding(db: Queryable, keys: readonly (AlarmKey & { readonly machineId: string })[]): Promise<Map<string, Hiding>> {
  const { rows } = await db.query<Hiding>(
    `select k.sensor_key as "sensorKey", k.rule, o.rule is not null as "outOfService", m.suppressed,
       s.rule is not null as shelved, s.rule is not null and s.until is null as "oneShot"
     from unnest($1::int[], $2::text[], $3::text[]) as k (sensor_key, rule, machine_id)
     left join alarm_out_of_service o on o.sensor_key = k.sensor_key and o.rule = k.rule
     cross join lateral (
       select exists (select from machine_suppression where machine_id = k.machine_id and ended_at is null) as suppressed) as m
     left join alarm_shelf s on s.sensor_key = k.sensor_key and s.rule = k.rule
     where o.rule is not null or m.suppressed or s.rule is not null`,
    [keys.map(({ sensorKey }) => sensorKey), keys.map(({ rule }) => rule), keys.map(({ machineId }) => machineId)])
  return new Map(rows.map((row) => [keyText(row), row]))
}

export function keyText({ sensorKey, rule }: AlarmKey): string {
  return `${sensorKey} ${rule}`
}

/** Where an alarm of the rule stands before it is raised: what outranks the others goes first. */
export function standingBefore(hiding: Hiding | undefined): AlarmStanding {
  const state = hiding === undefined ? 'normal' : hiding.outOfService ? 'out_of_service' : hiding.suppressed ? 'suppressed' : 'shelved'
  return { state, active: false, latched: false, oneShot: state === 'shelved' && hiding?.oneShot === true }
}

export function standingOf(row: AlarmRow, hiding: Hiding | undefined): AlarmStanding {
  return { state: row.state, active: row.conditionActive, latched: row.latched, oneShot: row.state === 'shelved' && hiding?.oneShot === true }
}
