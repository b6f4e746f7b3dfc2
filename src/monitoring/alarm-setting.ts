import { checkLimits, checkOverride, resolveSettings } from '../alarm/alarm-rules.ts'
import type { AlarmOverride } from '../alarm/alarm-rules.ts'
import { knownThresholds } from '../alarm/what-if.ts'
import type { NewSetting } from '../contract/alarm-api.ts'
import type { AlarmRule } from '../contract/alarm.ts'
import type { SensorType } from '../contract/sensor-types.ts'
import type { AlarmSettingRow, SettingScope } from '../postgres/alarm-settings.ts'
import type { Queryable } from '../postgres/pool.ts'
import { readReplaySensors } from '../postgres/read-replay.ts'
import { RequestError } from './request-error.ts'

/** What a setting is of, and what it is checked against. */
export interface KnownScope extends SettingScope {
  readonly type: SensorType
  readonly warning: number
  readonly critical: number
}

/** Throws a `RequestError` where there is no such sensor, or where not one of the two is named. */
export async function findScope(db: Queryable, { sensor_type: type, sensor_id: id }: Pick<NewSetting, 'sensor_type' | 'sensor_id'>): Promise<KnownScope> {
  if ((type === undefined) === (id === undefined)) throw new RequestError(400, 'body must have either sensor_type or sensor_id')
  if (type !== undefined) return { sensorType: type, sensorKey: null, type, ...knownThresholds(type, null, null) }
  const [sensor] = await readReplaySensors(db, [id as string])
  if (sensor === undefined) throw new RequestError(404, `there is no sensor "${id}"`)
  const known = sensor.sensorType as SensorType
  return { sensorType: null, sensorKey: sensor.sensorKey, type: known, ...knownThresholds(known, sensor.warning, sensor.critical) }
}

type SettingValues = Pick<NewSetting, 'enabled' | 'priority' | 'limit' | 'deadband' | 'on_delay_ms' | 'off_delay_ms' | 're_alarm_ms' | 'latch'>

export function overrideOf(setting: SettingValues): AlarmOverride {
  const { enabled, priority, limit, deadband, on_delay_ms: onDelayMs, off_delay_ms: offDelayMs, re_alarm_ms: reAlarmMs, latch } = setting
  const values = { enabled, priority, limit, deadband, onDelayMs, offDelayMs, reAlarmMs, latch }
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

const NAMES = ['enabled', 'priority', 'limit', 'deadband', 'onDelayMs', 'offDelayMs', 'reAlarmMs', 'latch'] as const

export function sameOverride(one: AlarmOverride, other: AlarmOverride): boolean {
  return NAMES.every((name) => (one[name] ?? null) === (other[name] ?? null))
}

/** What is wrong with setting this, given what else is set; null: nothing. */
export function checkSetting(scope: KnownScope, rule: AlarmRule, override: AlarmOverride, rows: readonly AlarmSettingRow[]): string | null {
  const problem = checkOverride(rule, override)
  if (problem !== null) return problem
  const others = rows.filter((row) => row.rule !== rule || row.sensorType !== scope.sensorType || row.sensorKey !== scope.sensorKey)
  const set = [...others, { ...scope, rule, override }]
  const setOf = (name: AlarmRule, fits: (row: SettingScope) => boolean): AlarmOverride | undefined => (
    set.find((row) => row.rule === name && fits(row))?.override)
  return checkLimits((limitRule) => resolveSettings(scope.type, limitRule,
    setOf(limitRule, ({ sensorType }) => sensorType === scope.type),
    scope.sensorKey === null ? undefined : setOf(limitRule, ({ sensorKey }) => sensorKey === scope.sensorKey)), scope)
}
