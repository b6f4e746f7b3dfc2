import { setImmediate } from 'node:timers/promises'
import type { AlarmOverride, AlarmSettings } from '../alarm/alarm-rules.ts'
import { NOTHING_FOUND, replayDetector } from '../alarm/learned-replay.ts'
import type { LearnedReplay } from '../alarm/learned-replay.ts'
import { REPLAYED_RULES, createReplay } from '../alarm/replay.ts'
import type { ReplaySettings, ReplayedEpisode, ReplayedReading, ReplayedRule } from '../alarm/replay.ts'
import { settingsTable } from '../alarm/settings-table.ts'
import type { SettingsTable } from '../alarm/settings-table.ts'
import { NO_DIFFERENCE, addComparisons, compareEpisodes, knownThresholds } from '../alarm/what-if.ts'
import type { Comparison } from '../alarm/what-if.ts'
import type { Calendar } from '../calendar/calendar.ts'
import { plantTime } from '../calendar/plant-time.ts'
import type { PlantTime } from '../calendar/plant-time.ts'
import { SENSOR_TYPES } from '../contract/sensor-types.ts'
import type { SensorType } from '../contract/sensor-types.ts'
import type { DetectorInUse } from '../runtime/detector-variables.ts'
import { readAlarmSettings } from './alarm-settings.ts'
import type { Queryable } from './pool.ts'
import { readNewestReplayReadings, readReplayReadings, readReplaySensors, readReplaySensorsOfType } from './read-replay.ts'
import type { ReplaySensor } from './read-replay.ts'

export interface ReplayQuestion {
  /** These, or the first `MOST_SENSORS` of a type that are in service. */
  readonly of: { readonly sensorIds: readonly string[] } | { readonly sensorType: SensorType }
  /** Milliseconds since 1970; `toMs` is not included. */
  readonly fromMs: number
  readonly toMs: number
  /** What is tried, over what holds now. `learned_anomaly` is replayed only where it or `triedMode` is here: it takes the longest. */
  readonly changes: ReadonlyMap<ReplayedRule, AlarmOverride>
  readonly detector: DetectorInUse
  readonly calendar: Calendar
  /** Null: the detector that is in use. */
  readonly triedMode: 'full' | 'lite' | null
}

/** What the detectors knew when the readings that were asked for began. */
export interface Learning {
  /** That they learned from before. */
  readonly readings: number
  /** How long before the first of them was, of the sensor of which least was read. */
  readonly shortestMs: number
  /** Of how many sensors they were believed already. */
  readonly believed: number
}

export interface ReplayAnswer {
  readonly comparison: Comparison
  /** The sensor of each episode of the comparison. */
  readonly sensorOf: ReadonlyMap<ReplayedEpisode, string>
  readonly sensors: number
  readonly readings: number
  /** Null: `learned_anomaly` was not replayed. */
  readonly learning: Learning | null
}

/** Runs one statement or more; each call may have another connection. */
export type Read = <T>(work: (db: Queryable) => Promise<T>) => Promise<T>

/** That are asked for. They are read in 0.6 s, and run twice in as long; with the lead of two detectors it is 2 to 3 s. */
export const MOST_REPLAYED_READINGS = 200_000
/** That detectors learn from before. More than a day of a sensor of a second: what they know of it doesn't become better by more. */
export const MOST_LEARNED_READINGS = 100_000
const MOST_SENSORS = 100
const LONGEST_LEAD_MS = 7 * 86_400_000
/** Whoever computes lets others go on after so many: 10 to 20 ms. */
const SLICE_READINGS = 5_000

/** Runs stored readings through the settings of now and through changed ones. Changes nothing. `unknown` is a sensor that there is not. */
export async function replayAlarms(read: Read, question: ReplayQuestion): Promise<ReplayAnswer | { readonly unknown: string } | 'too many readings'> {
  const { of, fromMs, toMs, changes } = question
  const found = await read((db) => (
    'sensorIds' in of ? readReplaySensors(db, of.sensorIds) : readReplaySensorsOfType(db, of.sensorType, MOST_SENSORS)))
  const unknown = 'sensorIds' in of ? of.sensorIds.find((id) => !found.some(({ sensorId }) => sensorId === id)) : undefined
  if (unknown !== undefined) return { unknown }
  const sensors = found.filter(({ sensorType }) => sensorType in SENSOR_TYPES)
  const settings = settingsTable(await read(readAlarmSettings))
  const learns = changes.has('learned_anomaly') || question.triedMode !== null
  const sensorOf = new Map<ReplayedEpisode, string>()
  let comparison = NO_DIFFERENCE
  let readings = 0
  let learning: Learning | null = learns ? { readings: 0, shortestMs: sensors.length === 0 ? 0 : LONGEST_LEAD_MS, believed: 0 } : null
  for (const sensor of sensors) {
    const { sensorKey, sensorId, sensorType, warning, critical } = sensor
    const left = MOST_REPLAYED_READINGS - readings
    const series = await read((db) => readReplayReadings(db, sensorKey, fromMs, toMs, left + 1))
    if (series.length > left) return 'too many readings'
    readings += series.length
    const detectors = createDetectors(question, sensor, learns)
    if (learning !== null) learning = await learnBefore(read, sensor, fromMs, Math.floor(MOST_LEARNED_READINGS / sensors.length), detectors, learning)
    const thresholds = knownThresholds(sensorType as SensorType, warning, critical)
    const before = createReplay(thresholds, settingsOf(settings, sensor, question, new Map()))
    const after = createReplay(thresholds, settingsOf(settings, sensor, question, changes))
    let newMs = sensor.replacedMs === null || sensor.replacedMs <= fromMs ? Infinity : sensor.replacedMs
    await inSlices(series, (reading) => {
      if (reading.timeMs >= newMs) {
        for (const part of new Set([detectors.now, detectors.tried, before, after])) part?.beginAnew(newMs)
        newMs = Infinity
      }
      const now = detectors.now === null ? NOTHING_FOUND : detectors.now.take(reading)
      before.take(reading, now)
      after.take(reading, detectors.tried === detectors.now ? now : detectors.tried === null ? NOTHING_FOUND : detectors.tried.take(reading))
    })
    const [episodes, changed] = [before.episodes(), after.episodes()]
    for (const episode of [...episodes, ...changed]) sensorOf.set(episode, sensorId)
    comparison = addComparisons(comparison, compareEpisodes(episodes, changed))
  }
  return { comparison, sensorOf, sensors: sensors.length, readings, learning }
}

/** One that is the same for both is one object. */
interface Detectors {
  readonly now: LearnedReplay | null
  readonly tried: LearnedReplay | null
}

function createDetectors({ detector: { mode }, calendar, triedMode }: ReplayQuestion, { machineId }: ReplaySensor, learns: boolean): Detectors {
  const at = (timeMs: number): PlantTime => plantTime(calendar, machineId, timeMs * 1000)
  const now = mode === null || !learns ? null : replayDetector(mode, at)
  return { now, tried: triedMode === null || triedMode === mode ? now : replayDetector(triedMode, at) }
}

/** Lets the detectors learn from the readings before `fromMs`, as far as they are of the device that is there then. */
async function learnBefore(
  read: Read, { sensorKey, intervalMs, replacedMs }: ReplaySensor, fromMs: number, most: number, { now, tried }: Detectors, sum: Learning,
): Promise<Learning> {
  const longestMs = Math.min(LONGEST_LEAD_MS, most * (intervalMs ?? Infinity))
  const sinceMs = replacedMs !== null && replacedMs <= fromMs ? replacedMs : -Infinity
  const lead = await read((db) => readNewestReplayReadings(db, sensorKey, Math.max(fromMs - longestMs, sinceMs), fromMs, most))
  await inSlices(lead, (reading) => {
    now?.take(reading)
    if (tried !== now) tried?.take(reading)
  })
  const [first] = lead
  const isBelieved = [now, tried].every((detector) => detector === null || detector.isBelieved())
  return {
    readings: sum.readings + lead.length, shortestMs: Math.min(sum.shortestMs, first === undefined ? 0 : fromMs - first.timeMs),
    believed: sum.believed + (isBelieved ? 1 : 0),
  }
}

async function inSlices(readings: readonly ReplayedReading[], work: (reading: ReplayedReading) => void): Promise<void> {
  for (let at = 0; at < readings.length; at += SLICE_READINGS) {
    for (const reading of readings.slice(at, at + SLICE_READINGS)) work(reading)
    await setImmediate()
  }
}

function settingsOf(
  of: SettingsTable, { sensorType, sensorKey }: ReplaySensor, { detector }: ReplayQuestion, changes: ReadonlyMap<ReplayedRule, AlarmOverride>,
): ReplaySettings {
  const rules = Object.fromEntries(REPLAYED_RULES.map((rule): [ReplayedRule, AlarmSettings] => (
    [rule, { ...of(sensorType as SensorType, sensorKey, rule), ...changes.get(rule) as Partial<AlarmSettings> | undefined }]))) as ReplaySettings
  const { learned_anomaly: learned } = rules
  return { ...rules, learned_anomaly: { ...learned, limit: learned.limit ?? detector.alarmScore } }
}
