import type { AlarmOverride, AlarmSettings } from '../alarm/alarm-rules.ts'
import { settingsTable } from '../alarm/settings-table.ts'
import type { SettingsTable } from '../alarm/settings-table.ts'
import {
  NO_DIFFERENCE, REPLAYED_RULES, addComparisons, compareEpisodes, knownThresholds, patternsOf, replayReadings,
} from '../alarm/what-if.ts'
import type { Comparison, ReplaySettings, ReplayedEpisode, ReplayedRule } from '../alarm/what-if.ts'
import { SENSOR_TYPES } from '../contract/sensor-types.ts'
import type { SensorType } from '../contract/sensor-types.ts'
import { readAlarmSettings } from './alarm-settings.ts'
import type { Queryable } from './pool.ts'
import { readReplayReadings, readReplaySensors, readReplaySensorsOfType } from './read-replay.ts'

export interface ReplayQuestion {
  /** These, or the first `MOST_SENSORS` of a type. */
  readonly of: { readonly sensorIds: readonly string[] } | { readonly sensorType: SensorType }
  /** Milliseconds since 1970; `toMs` is not included. */
  readonly fromMs: number
  readonly toMs: number
  /** What is tried, over what holds now. */
  readonly changes: ReadonlyMap<ReplayedRule, AlarmOverride>
}

export interface ReplayAnswer {
  readonly comparison: Comparison
  /** The sensor of each episode of the comparison. */
  readonly sensorOf: ReadonlyMap<ReplayedEpisode, string>
  readonly sensors: number
  readonly readings: number
}

/** Runs one statement or more; each call may have another connection. */
export type Read = <T>(work: (db: Queryable) => Promise<T>) => Promise<T>

/** Those of ten sensors take 0.45 s to read and to run twice. */
export const MOST_REPLAYED_READINGS = 200_000
const MOST_SENSORS = 100

/** Runs stored readings through the settings of now and through changed ones. Changes nothing. `unknown` is a sensor that there is not. */
export async function replayAlarms(read: Read, question: ReplayQuestion): Promise<ReplayAnswer | { readonly unknown: string } | 'too many readings'> {
  const { of, fromMs, toMs, changes } = question
  const found = await read((db) => (
    'sensorIds' in of ? readReplaySensors(db, of.sensorIds) : readReplaySensorsOfType(db, of.sensorType, MOST_SENSORS)))
  const unknown = 'sensorIds' in of ? of.sensorIds.find((id) => !found.some(({ sensorId }) => sensorId === id)) : undefined
  if (unknown !== undefined) return { unknown }
  const sensors = found.filter(({ sensorType }) => sensorType in SENSOR_TYPES)
  const settings = settingsTable(await read(readAlarmSettings))
  const sensorOf = new Map<ReplayedEpisode, string>()
  let comparison = NO_DIFFERENCE
  let readings = 0
  for (const { sensorKey, sensorId, sensorType, warning, critical } of sensors) {
    const type = sensorType as SensorType
    const left = MOST_REPLAYED_READINGS - readings
    const series = await read((db) => readReplayReadings(db, sensorKey, fromMs, toMs, left + 1))
    if (series.length > left) return 'too many readings'
    readings += series.length
    const thresholds = knownThresholds(type, warning, critical)
    const before = replayReadings(series, thresholds, settingsOf(settings, type, sensorKey, new Map()))
    const after = replayReadings(series, thresholds, settingsOf(settings, type, sensorKey, changes))
    for (const episode of [...before, ...after]) sensorOf.set(episode, sensorId)
    comparison = addComparisons(comparison, compareEpisodes(before, after))
  }
  return { comparison, sensorOf, sensors: sensors.length, readings }
}

function settingsOf(of: SettingsTable, type: SensorType, sensorKey: number, changes: ReadonlyMap<ReplayedRule, AlarmOverride>): ReplaySettings {
  const rules = Object.fromEntries(REPLAYED_RULES.map((rule): [ReplayedRule, AlarmSettings] => (
    [rule, { ...of(type, sensorKey, rule), ...changes.get(rule) as Partial<AlarmSettings> | undefined }]))) as ReplaySettings['rules']
  return { rules, patterns: patternsOf(type) }
}
