import type { AlarmSettings } from '../alarm/alarm-rules.ts'
import { ALARM_RULES } from '../contract/alarm.ts'
import type { SensorType } from '../contract/sensor-types.ts'
import type { LogReader } from '../kafka/log-reader.ts'
import type { ConditionChange } from '../postgres/alarm-changes.ts'
import { readLastReadings, readSilentSensors } from '../postgres/open-conditions.ts'
import type { Pool } from '../postgres/pool.ts'
import type { AlarmSettingsTable } from './alarm-settings.ts'
import { changeWithoutReading } from './condition-changes.ts'
import { describeSilence } from './describe-change.ts'
import { endMovedConditions, endReplacedConditions, forgetDecommissioned } from './moved-sensors.ts'
import type { OwnedLog } from './prepare.ts'
import { bitOf, judgeSilence } from './scoring.ts'
import type { SensorMemory } from './sensor-memory.ts'

/** Finds the sensors that have gone silent. Their alarms clear with their next reading. */
export interface SilenceWatch {
  /** Looks, where it is time to. What is found is in the memories, so it has to be written, or all memory dropped. */
  look(): Promise<ConditionChange[]>
}

const INTERVAL_MS = 2_000
/** A sensor of ten readings a second isn't silent because a producer was restarted. */
const LEAST_MS = 10_000
/** One whose newest reading, or device, is older was gone before we began to listen: history that was filled in, a sensor that was taken down. */
const MOST_MS = 86_400_000
const STALE_BIT = bitOf('stale_signal')

/** Where a log ended at a moment: once all up to there is read, who had not reported then was silent, however late we are. */
interface Mark {
  readonly atMs: number
  readonly end: number
}

export function watchSilence(
  pool: Pool, reader: LogReader, consumerId: string, logs: readonly OwnedLog[], settings: AlarmSettingsTable,
): SilenceWatch {
  let lookedMs = performance.now()
  let marks = new Map<number, Mark>()
  let marking = false
  /** Of sensors that were silent. */
  const types = new Map<number, SensorType>()

  /** Not waited for: a broker that is slow to say where its logs end must not hold up the ingest, and another look will do. */
  async function mark(): Promise<void> {
    marking = true
    const atMs = Date.now()
    try {
      const bounds = await reader.bounds(logs.map(({ partition }) => partition))
      marks = new Map([...bounds].map(([partition, { end }]) => [partition, { atMs, end }]))
    } catch {
      // Who reads the log finds out the same, and says so.
    } finally {
      marking = false
    }
  }

  /** Of a sensor whose type isn't known here yet by the smallest limit of all: it is found out, and then by its own. */
  function isSilent({ open, heardMs, intervalUs, newestUs, endedUs }: SensorMemory, sensorKey: number, atMs: number): boolean {
    if ((open & STALE_BIT) !== 0 || intervalUs === 0 || Math.abs(atMs - Math.max(newestUs, endedUs) / 1000) >= MOST_MS) return false
    const silentMs = atMs - heardMs
    if (silentMs <= Math.max(settings.leastLimit('stale_signal') * intervalUs / 1000, LEAST_MS)) return false
    const type = types.get(sensorKey)
    return type === undefined || silentMs > settings.of(sensorKey, type).staleIntervals * intervalUs / 1000
  }

  function hasSilent({ memories }: OwnedLog, atMs: number): boolean {
    for (const [sensorKey, memory] of memories) if (isSilent(memory, sensorKey, atMs)) return true
    return false
  }

  async function lookInto(log: OwnedLog): Promise<ConditionChange[]> {
    const marked = marks.get(log.partition)
    if (marked === undefined || log.preparedOffset < marked.end) return []
    const { atMs } = marked
    const silent = [...log.memories].filter(([sensorKey, memory]) => isSilent(memory, sensorKey, atMs)).map(([sensorKey]) => sensorKey)
    if (silent.length === 0) return []
    // A producer that gives its messages no key is read by several of us.
    const elsewhere = new Map((await readLastReadings(pool, silent)).map(({ sensorKey, timeUs }) => [sensorKey, timeUs]))
    const sensors = new Map((await readSilentSensors(pool, silent)).map((sensor) => [sensor.sensorKey, sensor]))
    for (const { sensorKey, sensorType } of sensors.values()) types.set(sensorKey, sensorType as SensorType)
    const changes: ConditionChange[] = []
    for (const sensorKey of silent) {
      const memory = log.memories.get(sensorKey) as SensorMemory
      const sensor = sensors.get(sensorKey)
      const alarms = sensor && settings.of(sensorKey, sensor.sensorType as SensorType)
      if (sensor !== undefined && !isSilent(memory, sensorKey, atMs)) continue
      const newestUs = elsewhere.get(sensorKey) ?? 0
      if (sensor === undefined || alarms === undefined || (alarms.enabled & STALE_BIT) === 0 || newestUs > memory.newestUs) {
        // Asked about again when it has been silent for so long once more.
        memory.heardMs = atMs
        continue
      }
      judgeSilence(memory, atMs * 1000, alarms, (transition, rule, condition) => {
        const ruleSettings = alarms.rules[ALARM_RULES.indexOf(rule)] as AlarmSettings
        changes.push(changeWithoutReading(transition, rule, condition, ruleSettings, sensor, {
          timeMs: atMs, description: describeSilence(memory, atMs), detectedBy: consumerId,
        }))
      })
    }
    return changes
  }

  return {
    async look() {
      if (performance.now() - lookedMs < INTERVAL_MS) return []
      lookedMs = performance.now()
      // One after the other: they share the connection that registers sensors.
      const changes: ConditionChange[] = []
      for (const log of logs) {
        forgetDecommissioned(log, settings)
        changes.push(
          ...await endReplacedConditions(pool, log, settings, consumerId), ...await endMovedConditions(pool, log, settings, consumerId),
          ...await lookInto(log))
      }
      const nowMs = Date.now()
      if (!marking && logs.some((log) => hasSilent(log, nowMs))) void mark()
      return changes
    },
  }
}
