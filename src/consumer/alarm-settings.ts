import { LIMIT_SIDE, resolveSettings } from '../alarm/alarm-rules.ts'
import type { AlarmOverride, AlarmSettings } from '../alarm/alarm-rules.ts'
import { ALARM_RULES } from '../contract/alarm.ts'
import type { AlarmRule } from '../contract/alarm.ts'
import type { SensorType } from '../contract/sensor-types.ts'

/** How the rules of one sensor alarm. */
export interface SensorAlarms {
  /** By their places in `ALARM_RULES`. */
  readonly rules: readonly AlarmSettings[]
  /** A bit for each rule that is enabled, and for each that has to look at every value, because it has a limit of its own. */
  readonly enabled: number
  readonly limits: number
}

/** By rule. */
export type RuleOverrides = ReadonlyMap<AlarmRule, AlarmOverride>

export interface AlarmSettingsTable {
  /** The same object until something is changed. */
  of(sensorKey: number, type: SensorType): SensorAlarms
  /** Takes over what is set now. */
  replace(byType: ReadonlyMap<string, RuleOverrides>, bySensor: ReadonlyMap<number, RuleOverrides>): void
}

/** Sensors without settings of their own share those of their type. */
export function createAlarmSettings(): AlarmSettingsTable {
  let typeOverrides: ReadonlyMap<string, RuleOverrides> = new Map()
  let sensorOverrides: ReadonlyMap<number, RuleOverrides> = new Map()
  const byType = new Map<SensorType, SensorAlarms>()
  const bySensor = new Map<number, SensorAlarms>()

  function resolve(type: SensorType, own: RuleOverrides | undefined): SensorAlarms {
    const rules = ALARM_RULES.map((rule) => resolveSettings(type, rule, typeOverrides.get(type)?.get(rule), own?.get(rule)))
    const bits = (holds: (rule: AlarmRule, settings: AlarmSettings) => boolean): number => (
      ALARM_RULES.reduce((mask, rule, index) => mask | (holds(rule, rules[index] as AlarmSettings) ? 1 << index : 0), 0))
    return {
      rules, enabled: bits((_, { enabled }) => enabled),
      limits: bits((rule, { enabled, limit }) => (
        enabled && LIMIT_SIDE[rule] !== undefined && (limit !== null || rule === 'warning_threshold_violation'))),
    }
  }

  return {
    of(sensorKey, type) {
      const own = sensorOverrides.size === 0 ? undefined : sensorOverrides.get(sensorKey)
      let found = own === undefined ? byType.get(type) : bySensor.get(sensorKey)
      if (found === undefined) {
        found = resolve(type, own)
        if (own === undefined) byType.set(type, found)
        else bySensor.set(sensorKey, found)
      }
      return found
    },
    replace(types, sensors) {
      typeOverrides = types
      sensorOverrides = sensors
      byType.clear()
      bySensor.clear()
    },
  }
}
