import { randomUUID } from 'node:crypto'
import { STALE_INTERVALS } from '../alarm/alarm-rules.ts'
import type { AlarmSettings } from '../alarm/alarm-rules.ts'
import { ALARM_RULES } from '../contract/alarm.ts'
import type { AlarmRule } from '../contract/alarm.ts'
import type { SensorType } from '../contract/sensor-types.ts'
import type { LogReader } from '../kafka/log-reader.ts'
import type { ConditionChange } from '../postgres/alarm-changes.ts'
import { readLastReadings, readSilentSensors } from '../postgres/open-conditions.ts'
import type { SilentSensor } from '../postgres/open-conditions.ts'
import type { Pool } from '../postgres/pool.ts'
import type { AlarmSettingsTable } from './alarm-settings.ts'
import { changeOf } from './condition-changes.ts'
import { describeMove, describeSilence } from './describe-change.ts'
import type { OwnedLog } from './prepare.ts'
import { bitOf, judgeSilence } from './scoring.ts'
import { forgetConditions, isRaised } from './sensor-memory.ts'
import type { SensorMemory } from './sensor-memory.ts'

/**
 * Finds the sensors that have gone silent, whose alarms clear with their next reading; those whose readings come through another log now, because the
 * device in their place sends under another id; and those that are decommissioned, of which no condition is followed.
 */
export interface SilenceWatch {
  /** Looks, where it is time to. What is found is in the memories, so it has to be written, or all memory dropped. */
  look(): Promise<ConditionChange[]>
}

const INTERVAL_MS = 2_000
/** A sensor of ten readings a second isn't silent because a producer was restarted. */
const LEAST_MS = 10_000
/** One whose newest reading is older was gone before we began to listen: history that was filled in, a sensor that was taken down. */
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

  const isUnheard = ({ heardMs, intervalUs }: SensorMemory, atMs: number): boolean => (
    intervalUs > 0 && atMs - heardMs > Math.max(STALE_INTERVALS * intervalUs / 1000, LEAST_MS))
  const isSilent = (memory: SensorMemory, atMs: number): boolean => (
    (memory.open & STALE_BIT) === 0 && isUnheard(memory, atMs) && Math.abs(atMs - memory.newestUs / 1000) < MOST_MS)

  function hasSilent({ memories }: OwnedLog, atMs: number): boolean {
    for (const memory of memories.values()) if (isSilent(memory, atMs)) return true
    return false
  }

  async function lookInto(log: OwnedLog): Promise<ConditionChange[]> {
    const marked = marks.get(log.partition)
    if (marked === undefined || log.preparedOffset < marked.end) return []
    const { atMs } = marked
    const silent = [...log.memories].filter(([, memory]) => isSilent(memory, atMs)).map(([sensorKey]) => sensorKey)
    if (silent.length === 0) return []
    // A producer that gives its messages no key is read by several of us.
    const elsewhere = new Map((await readLastReadings(pool, silent)).map(({ sensorKey, timeUs }) => [sensorKey, timeUs]))
    const sensors = new Map((await readSilentSensors(pool, silent)).map((sensor) => [sensor.sensorKey, sensor]))
    const changes: ConditionChange[] = []
    for (const sensorKey of silent) {
      const memory = log.memories.get(sensorKey) as SensorMemory
      const sensor = sensors.get(sensorKey)
      const alarms = sensor && settings.of(sensorKey, sensor.sensorType as SensorType)
      const newestUs = elsewhere.get(sensorKey) ?? 0
      if (sensor === undefined || alarms === undefined || (alarms.enabled & STALE_BIT) === 0 || newestUs > memory.newestUs) {
        // Asked about again when it has been silent for so long once more.
        memory.heardMs = atMs
        memory.newestUs = Math.max(memory.newestUs, newestUs)
        continue
      }
      judgeSilence(memory, atMs * 1000, alarms, (transition, rule, condition) => {
        const ruleSettings = alarms.rules[ALARM_RULES.indexOf(rule)] as AlarmSettings
        changes.push({
          ...changeOf(log, transition, rule, condition, ruleSettings, 0), ...withoutReading(sensor, atMs), peakValue: sensor.value,
          description: describeSilence(memory, atMs),
        })
      })
    }
    return changes
  }

  /** No reading made it, so there is nothing that an id could be made of. That it is there only once is seen by the open alarm. */
  function withoutReading(sensor: SilentSensor, atMs: number) {
    const id = randomUUID()
    return { ...sensor, episodeId: id, alertId: id, timeMs: atMs, logKey: null, offset: null, detectedBy: consumerId }
  }

  /** What this log's readings said of a sensor is over when its readings come through another one: nothing that comes here would end it. */
  async function lookForMoved(log: OwnedLog): Promise<ConditionChange[]> {
    const atMs = Date.now()
    const unheard = [...settings.aliased].filter((sensorKey) => {
      const memory = log.memories.get(sensorKey)
      return memory !== undefined && memory.open !== 0 && isUnheard(memory, atMs)
    })
    if (unheard.length === 0) return []
    const moved = (await readLastReadings(pool, unheard))
      .filter(({ sensorKey, timeUs }) => timeUs > (log.memories.get(sensorKey) as SensorMemory).newestUs).map(({ sensorKey }) => sensorKey)
    return (await readSilentSensors(pool, moved)).flatMap((sensor) => {
      const memory = log.memories.get(sensor.sensorKey) as SensorMemory
      const alarms = settings.of(sensor.sensorKey, sensor.sensorType as SensorType)
      const changes = memory.conditions.flatMap((condition, index): ConditionChange[] => {
        if (condition === null || !isRaised(condition)) return []
        const rule = ALARM_RULES[index] as AlarmRule
        return [{
          ...changeOf(log, 'cleared', rule, condition, alarms.rules[index] as AlarmSettings, 0),
          ...withoutReading(sensor, atMs), description: describeMove(condition, atMs),
          // That it was silent is no log's word.
          ...rule === 'stale_signal' ? {} : { saidBy: log.logKey },
        }]
      })
      forgetConditions(memory)
      return changes
    })
  }

  function forgetDecommissioned({ memories }: OwnedLog): void {
    for (const sensorKey of settings.decommissioned) {
      const memory = memories.get(sensorKey)
      if (memory !== undefined && memory.open !== 0) forgetConditions(memory)
    }
  }

  return {
    async look() {
      if (performance.now() - lookedMs < INTERVAL_MS) return []
      lookedMs = performance.now()
      // One after the other: they share the connection that registers sensors.
      const changes: ConditionChange[] = []
      for (const log of logs) {
        forgetDecommissioned(log)
        changes.push(...await lookForMoved(log), ...await lookInto(log))
      }
      const nowMs = Date.now()
      if (!marking && logs.some((log) => hasSilent(log, nowMs))) void mark()
      return changes
    },
  }
}
