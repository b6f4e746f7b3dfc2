import type { AlarmRule } from '../contract/alarm.ts'
import type { SensorType } from '../contract/sensor-types.ts'
import { resolveSettings } from './alarm-rules.ts'
import type { AlarmOverride, AlarmSettings } from './alarm-rules.ts'

/** What is set for one rule, of all sensors of a type or of one sensor: one of the two is null. */
export interface ScopedOverride {
  readonly sensorType: string | null
  readonly sensorKey: number | null
  readonly rule: AlarmRule
  readonly override: AlarmOverride
}

/** The settings of a rule of a sensor. The same object each time, until there is another table. */
export type SettingsTable = (type: SensorType, sensorKey: number | null, rule: AlarmRule) => AlarmSettings

/** Resolves each once: sensors for which nothing is set share their type's. `sensorKey` null is any sensor of the type. */
export function settingsTable(overrides: readonly ScopedOverride[]): SettingsTable {
  const set = new Map(overrides.map(({ sensorType, sensorKey, rule, override }) => [`${sensorKey ?? sensorType} ${rule}`, override]))
  const ownRules = new Set(overrides.flatMap(({ sensorKey, rule }) => (sensorKey === null ? [] : [`${sensorKey} ${rule}`])))
  const resolved = new Map<string, AlarmSettings>()
  return (type, sensorKey, rule) => {
    const own = `${sensorKey} ${rule}`
    const name = ownRules.has(own) ? `${type} ${own}` : `${type} ${rule}`
    let settings = resolved.get(name)
    if (settings === undefined) resolved.set(name, settings = resolveSettings(type, rule, set.get(`${type} ${rule}`), set.get(own)))
    return settings
  }
}
