import { LIMIT_SIDE, patternLimits } from '../alarm/alarm-rules.ts'
import type { AlarmSettings } from '../alarm/alarm-rules.ts'
import { settingsTable } from '../alarm/settings-table.ts'
import { ALARM_RULES } from '../contract/alarm.ts'
import type { AlarmRule } from '../contract/alarm.ts'
import { SENSOR_TYPE_NAMES } from '../contract/sensor-types.ts'
import type { PatternRuleLimits, SensorType } from '../contract/sensor-types.ts'
import { readAlarmSettings, readAlarmSettingsVersion } from '../postgres/alarm-settings.ts'
import type { Pool } from '../postgres/pool.ts'
import { readSpecialSensors } from '../postgres/sensor-registry.ts'

/** How the rules of one sensor alarm. */
export interface SensorAlarms {
  /** By their places in `ALARM_RULES`. */
  readonly rules: readonly AlarmSettings[]
  /** A bit for each rule that is enabled, and for each that has to look at every value, because it has a limit of its own. */
  readonly enabled: number
  readonly limits: number
  readonly patterns: PatternRuleLimits
  /** A reading of so high a score, 0 to 1, raises `learned_anomaly`. */
  readonly learnedScore: number
  /** So many intervals without a reading raise `stale_signal`. */
  readonly staleIntervals: number
}

/** Rules for which sensors are looked for that no reading tells of. */
const LEAST_KNOWN = ['stale_signal', 'machine_anomaly'] as const satisfies readonly AlarmRule[]
type LeastKnown = (typeof LEAST_KNOWN)[number]

/** The settings as they were when they were read last. */
export interface AlarmSettingsTable {
  /** The same object until something is changed; sensors for which nothing is set share their type's. */
  of(sensorKey: number, type: SensorType): SensorAlarms
  /** The smallest limit of the rule of any sensor. */
  leastLimit(rule: LeastKnown): number
  /** By their keys: no rule of theirs is enabled. */
  readonly decommissioned: ReadonlySet<number>
  /** Those whose readings come under several ids. */
  readonly aliased: ReadonlySet<number>
  /** When the device of a sensor was replaced last, microseconds since 1970; without those that have their first one. */
  readonly replaced: ReadonlyMap<number, number>
  /** Takes over what was changed. */
  refresh(): Promise<void>
}

/** Of rules by their places in `ALARM_RULES`. `learnedScore` is that of a sensor for which none is set. */
export function sensorAlarms(rules: readonly AlarmSettings[], learnedScore: number): SensorAlarms {
  const settingsOf = (rule: AlarmRule): AlarmSettings | undefined => rules[ALARM_RULES.indexOf(rule)]
  const bits = (holds: (rule: AlarmRule, settings: AlarmSettings) => boolean): number => (
    ALARM_RULES.reduce((mask, rule, index) => mask | (holds(rule, rules[index] as AlarmSettings) ? 1 << index : 0), 0))
  return {
    rules, patterns: patternLimits(settingsOf), learnedScore: settingsOf('learned_anomaly')?.limit ?? learnedScore,
    staleIntervals: settingsOf('stale_signal')?.limit ?? Infinity, enabled: bits((_, { enabled }) => enabled),
    limits: bits((rule, { enabled, limit }) => (
      enabled && LIMIT_SIDE[rule] !== undefined && (limit !== null || rule === 'warning_threshold_violation'))),
  }
}

export async function readSettingsTable(pool: Pool, learnedScore: number): Promise<AlarmSettingsTable> {
  let version = -1
  let settings = settingsTable([])
  let sensorsWithOwn = new Set<number>()
  const byType = new Map<SensorType, SensorAlarms>()
  const bySensor = new Map<number, SensorAlarms>()
  const least = new Map<LeastKnown, number>()
  const nothing = new Map<SensorType, SensorAlarms>()
  let decommissioned: ReadonlySet<number> = new Set()
  let aliased: ReadonlySet<number> = new Set()
  let replaced: ReadonlyMap<number, number> = new Map()

  async function refresh(): Promise<void> {
    const special = await readSpecialSensors(pool)
    decommissioned = new Set(special.decommissioned)
    aliased = new Set(special.aliased)
    replaced = new Map(special.replaced.map(({ sensorKey, replacedUs }) => [sensorKey, replacedUs]))
    // Before the rows: what is set in between is read again.
    const newest = await readAlarmSettingsVersion(pool)
    if (newest === version) return
    const rows = await readAlarmSettings(pool)
    settings = settingsTable(rows)
    sensorsWithOwn = new Set(rows.flatMap(({ sensorKey }) => sensorKey ?? []))
    byType.clear()
    bySensor.clear()
    for (const rule of LEAST_KNOWN) {
      least.set(rule, Math.min(...rows.flatMap((row) => (row.rule === rule ? row.override.limit ?? [] : [])),
        ...SENSOR_TYPE_NAMES.map((type) => settings(type, null, rule).limit ?? Infinity)))
    }
    nothing.clear()
    version = newest
  }

  function remembered<Key>(known: Map<Key, SensorAlarms>, key: Key, type: SensorType, sensorKey: number | null): SensorAlarms {
    let found = known.get(key)
    if (found === undefined) known.set(key, found = sensorAlarms(ALARM_RULES.map((rule) => settings(type, sensorKey, rule)), learnedScore))
    return found
  }

  /** Of a sensor that is decommissioned. */
  function nothingRaised(type: SensorType): SensorAlarms {
    let found = nothing.get(type)
    if (found === undefined) {
      nothing.set(type, found = sensorAlarms(ALARM_RULES.map((rule) => ({ ...settings(type, null, rule), enabled: false })), learnedScore))
    }
    return found
  }

  await refresh()
  return {
    refresh,
    leastLimit: (rule) => least.get(rule) ?? Infinity,
    get decommissioned() { return decommissioned },
    get aliased() { return aliased },
    get replaced() { return replaced },
    of(sensorKey, type) {
      if (decommissioned.has(sensorKey)) return nothingRaised(type)
      return sensorsWithOwn.has(sensorKey) ? remembered(bySensor, sensorKey, type, sensorKey) : remembered(byType, type, type, null)
    },
  }
}
