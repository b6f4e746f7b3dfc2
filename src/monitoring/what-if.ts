import { checkOverride } from '../alarm/alarm-rules.ts'
import type { AlarmOverride, AlarmSettings } from '../alarm/alarm-rules.ts'
import { settingsTable } from '../alarm/settings-table.ts'
import type { SettingsTable } from '../alarm/settings-table.ts'
import { NO_DIFFERENCE, REPLAYED_RULES, addComparisons, compareEpisodes, describeComparison, patternsOf, replayReadings } from '../alarm/what-if.ts'
import type { Comparison, ReplaySettings, ReplayedEpisode, ReplayedRule } from '../alarm/what-if.ts'
import type { WhatIf, WhatIfAnswer } from '../contract/alarm-api.ts'
import { SENSOR_TYPES } from '../contract/sensor-types.ts'
import type { SensorType } from '../contract/sensor-types.ts'
import { readAlarmSettings } from '../postgres/alarm-settings.ts'
import { readReplayReadings, readReplaySensors, readReplaySensorsOfType } from '../postgres/read-replay.ts'
import type { ReplaySensor } from '../postgres/read-replay.ts'
import { overrideOf, thresholdsOf } from './alarm-setting.ts'
import type { HistoryDatabase } from './history-database.ts'
import { RequestError } from './request-error.ts'
import { readSpan } from './time-span.ts'

/** Runs stored readings through changed settings, without changing anything. Rejects as the API answers. */
export type AskWhatIf = (question: WhatIf) => Promise<WhatIfAnswer>

/** Those of ten sensors take 0.45 s to read and to run twice. */
const MOST_READINGS = 200_000
const MOST_SENSORS = 100
const MOST_LISTED = 100

export function createWhatIf(database: HistoryDatabase): AskWhatIf {
  return async (question) => {
    const { fromMs, toMs } = readSpan(question, Date.now())
    const changes = changesOf(question)
    const sensors = await findSensors(database, question)
    const settings = settingsTable(await database.read(readAlarmSettings))
    let readings = 0
    let total: Comparison = NO_DIFFERENCE
    const sensorOf = new Map<ReplayedEpisode, string>()
    for (const sensor of sensors) {
      const type = sensor.sensorType as SensorType
      const left = MOST_READINGS - readings
      const found = await database.read((db) => readReplayReadings(db, sensor.sensorKey, fromMs, toMs, left + 1))
      if (found.length > left) throw new RequestError(400, `these are more than ${MOST_READINGS} readings; ask for a shorter time or for fewer sensors`)
      readings += found.length
      const thresholds = thresholdsOf(type, sensor.warning, sensor.critical)
      const before = replayReadings(found, thresholds, settingsOf(settings, type, sensor.sensorKey, new Map()))
      const after = replayReadings(found, thresholds, settingsOf(settings, type, sensor.sensorKey, changes))
      for (const episode of [...before, ...after]) sensorOf.set(episode, sensor.sensorId)
      total = addComparisons(total, compareEpisodes(before, after))
    }
    return buildAnswer(total, sensorOf, sensors.length, readings)
  }
}

function changesOf({ settings }: WhatIf): Map<ReplayedRule, AlarmOverride> {
  const changes = new Map<ReplayedRule, AlarmOverride>()
  for (const setting of settings) {
    const rule = REPLAYED_RULES.find((name) => name === setting.rule)
    if (rule === undefined) throw new RequestError(400, `settings can be tried of ${REPLAYED_RULES.join(', ')}`)
    const override = overrideOf(setting)
    const problem = checkOverride(rule, override)
    if (problem !== null) throw new RequestError(400, problem)
    changes.set(rule, override)
  }
  return changes
}

async function findSensors(database: HistoryDatabase, { sensor_type: type, sensors: ids }: WhatIf): Promise<ReplaySensor[]> {
  if ((type === undefined) === (ids === undefined)) throw new RequestError(400, 'body must have either sensors or sensor_type')
  const found = await database.read((db) => (
    ids === undefined ? readReplaySensorsOfType(db, type as string, MOST_SENSORS) : readReplaySensors(db, ids)))
  const missing = ids?.find((id) => !found.some(({ sensorId }) => sensorId === id))
  if (missing !== undefined) throw new RequestError(404, `there is no sensor "${missing}"`)
  return found.filter(({ sensorType }) => sensorType in SENSOR_TYPES)
}

/** Those of now, over them what is tried. */
function settingsOf(of: SettingsTable, type: SensorType, sensorKey: number, changes: ReadonlyMap<ReplayedRule, AlarmOverride>): ReplaySettings {
  const rules = Object.fromEntries(REPLAYED_RULES.map((rule): [ReplayedRule, AlarmSettings] => (
    [rule, { ...of(type, sensorKey, rule), ...changes.get(rule) as Partial<AlarmSettings> | undefined }]))) as ReplaySettings['rules']
  return { rules, patterns: patternsOf(type) }
}

function buildAnswer(total: Comparison, sensorOf: ReadonlyMap<ReplayedEpisode, string>, sensors: number, readings: number): WhatIfAnswer {
  const list = (episodes: readonly { readonly episode: ReplayedEpisode, readonly laterMs: number | null }[]): WhatIfAnswer['gone'] => (
    episodes.slice(0, MOST_LISTED).map(({ episode, laterMs }) => ({
      sensor_id: sensorOf.get(episode) ?? '', rule: episode.rule, raised_at: new Date(episode.raisedMs).toISOString(),
      cleared_at: episode.clearedMs === null ? null : new Date(episode.clearedMs).toISOString(), peak_value: episode.peak,
      later_ms: laterMs === null ? null : Math.round(laterMs),
    })))
  const unmoved = (episodes: readonly ReplayedEpisode[]) => list(episodes.map((episode) => ({ episode, laterMs: null })))
  return {
    summary: describeComparison(total), sensors, readings, before: total.before, after: total.after, joined: total.joined,
    gone: unmoved(total.gone), gone_count: total.gone.length, added: unmoved(total.added), added_count: total.added.length,
    shifted: list(total.shifted), shifted_count: total.shifted.length,
  }
}
