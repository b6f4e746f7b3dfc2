import type { AlarmSettings } from '../alarm/alarm-rules.ts'
import { ALARM_RULES } from '../contract/alarm.ts'
import type { SensorType } from '../contract/sensor-types.ts'
import type { LogReader } from '../kafka/log-reader.ts'
import type { ConditionChange } from '../postgres/alarm-changes.ts'
import { readLastReadings, readSilentSensors } from '../postgres/open-conditions.ts'
import type { Pool } from '../postgres/pool.ts'
import type { AlarmSettingsTable } from './alarm-settings.ts'
import { alertId, changeOf, isSilent } from './condition-changes.ts'
import { describeSilence } from './describe-change.ts'
import type { OwnedLog } from './prepare.ts'
import { judgeSilence } from './scoring.ts'
import type { SensorMemory } from './sensor-memory.ts'

/** Finds the sensors that have gone silent. Their alarms clear with their next reading. */
export interface SilenceWatch {
  /** Looks, where it is time to. What is found is in the memories, so it has to be written, or all memory dropped. */
  look(): Promise<ConditionChange[]>
}

const INTERVAL_MS = 2_000
/** A sensor of ten readings a second isn't silent because a consumer was restarted. */
const LEAST_US = 10_000_000
/** One that is silent for longer has been gone before we began to look: history that was filled in, a sensor that was taken down. */
const MOST_US = 86_400_000_000
/** Where so many messages wait, it is we who are late, not the sensors. */
const MOST_LAG = 100
const STALE_BIT = 1 << ALARM_RULES.indexOf('stale_signal')

export function watchSilence(
  pool: Pool, reader: LogReader, consumerId: string, logs: readonly OwnedLog[], settings: AlarmSettingsTable,
): SilenceWatch {
  let lookedMs = performance.now()

  const candidates = ({ memories }: OwnedLog, nowUs: number): [number, SensorMemory][] => [...memories].filter(([, memory]) => (
    (memory.open & STALE_BIT) === 0 && isSilent(memory, nowUs, LEAST_US) && nowUs - memory.newestUs < MOST_US))

  async function lookInto(log: OwnedLog): Promise<ConditionChange[]> {
    const silent = candidates(log, Date.now() * 1000).map(([sensorKey]) => sensorKey)
    if (silent.length === 0) return []
    const end = (await reader.bounds([log.partition])).get(log.partition)?.end ?? Infinity
    if (end - log.preparedOffset > MOST_LAG) return []
    // A producer that gives its messages no key is read by several of us.
    const elsewhere = new Map((await readLastReadings(pool, silent)).map(({ sensorKey, timeUs }) => [sensorKey, timeUs]))
    const sensors = new Map((await readSilentSensors(pool, silent)).map((sensor) => [sensor.sensorKey, sensor]))
    const changes: ConditionChange[] = []
    const nowUs = Date.now() * 1000
    // Once more: some may have reported while we asked.
    for (const [sensorKey, memory] of candidates(log, nowUs)) {
      memory.newestUs = Math.max(memory.newestUs, elsewhere.get(sensorKey) ?? 0)
      const sensor = sensors.get(sensorKey)
      if (sensor === undefined || !isSilent(memory, nowUs, LEAST_US)) continue
      const alarms = settings.of(sensorKey, sensor.sensorType as SensorType)
      judgeSilence(memory, nowUs, alarms, (transition, rule, condition) => {
        const ruleSettings = alarms.rules[ALARM_RULES.indexOf(rule)] as AlarmSettings
        const { sensorId, sensorType, machineId, location, unit, value, level } = sensor
        changes.push({
          ...changeOf(log, transition, rule, condition, ruleSettings, memory.newestUs),
          episodeId: alertId(log, memory.newestUs, rule), sensorKey, sensorId, sensorType, machineId, location, unit, value, level,
          peakValue: value, timeMs: nowUs / 1000, description: describeSilence(memory, nowUs), logKey: null, offset: null, detectedBy: consumerId,
        })
      })
    }
    return changes
  }

  return {
    async look() {
      if (performance.now() - lookedMs < INTERVAL_MS) return []
      lookedMs = performance.now()
      return (await Promise.all(logs.map(lookInto))).flat()
    },
  }
}
