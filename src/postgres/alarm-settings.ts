import type { AlarmOverride } from '../alarm/alarm-rules.ts'
import type { ScopedOverride } from '../alarm/settings-table.ts'
import type { AlarmRule } from '../contract/alarm.ts'
import { ADVISORY_LOCKS } from './advisory-locks.ts'
import type { Client, Queryable } from './pool.ts'

/** All sensors of a type, or one sensor; the other is null. */
export interface SettingScope {
  readonly sensorType: string | null
  readonly sensorKey: number | null
}

/** What is set for one rule, with who set it. */
export interface AlarmSettingRow extends ScopedOverride {
  readonly settingId: number
  /** Null: it is of a type. */
  readonly sensorId: string | null
  readonly changedBy: string
  readonly reason: string
  readonly changedAt: Date
  /** The row that an undo went back to; 0: to before the first; null: it is no undo. */
  readonly restores: number | null
}

const SELECTION = `
  setting_id as "settingId", a.sensor_type as "sensorType", a.sensor_key as "sensorKey", s.sensor_id as "sensorId", rule,
  jsonb_build_object('enabled', enabled, 'priority', priority, 'limit', limit_value, 'deadband', deadband, 'onDelayMs', on_delay_ms,
    'offDelayMs', off_delay_ms, 'reAlarmMs', re_alarm_ms, 'latch', latch) as override,
  changed_by as "changedBy", reason, changed_at as "changedAt", restores`

/** The newest of each scope and rule, those that set nothing any more included. */
export async function readAlarmSettings(db: Queryable): Promise<AlarmSettingRow[]> {
  const { rows } = await db.query<AlarmSettingRow>(
    `select ${SELECTION} from (
       select distinct on (sensor_type, sensor_key, rule) * from alarm_setting order by sensor_type, sensor_key, rule, setting_id desc) as a
     left join sensors s on s.sensor_key = a.sensor_key order by setting_id desc`)
  return rows
}

/** Rises with each change: who has the settings asks for this. 0: nothing was ever set. */
export async function readAlarmSettingsVersion(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ version: number }>('select coalesce(max(setting_id), 0)::bigint as version from alarm_setting')
  return rows[0]?.version ?? 0
}

/** Keeps anybody else from changing settings until the transaction is over. */
export async function lockAlarmSettings(client: Client): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.alarmSettings])
}

export async function insertAlarmSetting(
  client: Client, { sensorType, sensorKey }: SettingScope, rule: AlarmRule, override: AlarmOverride, by: { name: string, reason: string },
  restores: number | null = null,
): Promise<AlarmSettingRow> {
  const { rows } = await client.query<AlarmSettingRow>(
    `with a as (
       insert into alarm_setting (sensor_type, sensor_key, rule, enabled, priority, limit_value, deadband, on_delay_ms, off_delay_ms, re_alarm_ms,
         latch, changed_by, reason, restores)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) returning *)
     select ${SELECTION} from a left join sensors s on s.sensor_key = a.sensor_key`,
    [sensorType, sensorKey, rule, override.enabled ?? null, override.priority ?? null, override.limit ?? null, override.deadband ?? null,
      override.onDelayMs ?? null, override.offDelayMs ?? null, override.reAlarmMs ?? null, override.latch ?? null, by.name, by.reason, restores])
  return rows[0] as AlarmSettingRow
}

/** Everything that was ever set for the rule, newest first. */
export async function readSettingHistory(db: Queryable, { sensorType, sensorKey }: SettingScope, rule: AlarmRule, most: number): Promise<AlarmSettingRow[]> {
  const { rows } = await db.query<AlarmSettingRow>(
    `select ${SELECTION} from alarm_setting a left join sensors s on s.sensor_key = a.sensor_key
     where ${sensorKey === null ? 'a.sensor_type = $1' : 'a.sensor_key = $1'} and rule = $2 order by setting_id desc limit $3`,
    [sensorKey ?? sensorType, rule, most])
  return rows
}

/** Changes that an undo looks through. */
const MOST_UNDONE = 1_000

/**
 * Goes back to what was set before the newest change, and with the next call to what was before that. Null: there is nothing to go back to.
 * The caller holds the lock of the settings.
 */
export async function undoAlarmSetting(
  client: Client, scope: SettingScope, rule: AlarmRule, by: { name: string, reason: string },
): Promise<AlarmSettingRow | null> {
  const history = await readSettingHistory(client, scope, rule, MOST_UNDONE)
  const [newest] = history
  if (newest === undefined) return null
  // An undo is as old as what it went back to.
  const current = newest.restores ?? newest.settingId
  if (current === 0) return null
  const before = history.find(({ settingId }) => settingId < current)
  const restores = before === undefined ? 0 : before.restores ?? before.settingId
  return insertAlarmSetting(client, scope, rule, before?.override ?? {}, by, restores)
}
