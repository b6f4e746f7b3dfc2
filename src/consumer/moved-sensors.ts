import type { AlarmSettings } from '../alarm/alarm-rules.ts'
import { isRaised } from '../alarm/condition.ts'
import { ALARM_RULES } from '../contract/alarm.ts'
import type { AlarmRule } from '../contract/alarm.ts'
import type { SensorType } from '../contract/sensor-types.ts'
import { LOG_SILENT_MS } from '../postgres/alarm-changes.ts'
import type { ConditionChange } from '../postgres/alarm-changes.ts'
import { readLastReadings, readSilentSensors } from '../postgres/open-conditions.ts'
import type { Pool } from '../postgres/pool.ts'
import type { AlarmSettingsTable } from './alarm-settings.ts'
import { changeWithoutReading } from './condition-changes.ts'
import { describeMove } from './describe-change.ts'
import type { OwnedLog } from './prepare.ts'
import { forgetConditions } from './sensor-memory.ts'
import type { SensorMemory } from './sensor-memory.ts'

/** Whose readings came here within this time is no other log's. */
const HEARD_WITHIN_MS = 10_000

/**
 * What this log's readings said of a sensor is over when the sensor's come through another log, because the device in its place sends under another
 * id, or the topic got more partitions: nothing that comes here would end it. Where a producer gives its messages no key any log may have the next one,
 * so what is said counts for a while.
 */
export async function endMovedConditions(
  pool: Pool, log: OwnedLog, settings: AlarmSettingsTable, consumerId: string,
): Promise<ConditionChange[]> {
  const atMs = Date.now()
  const unheard = [...log.memories].filter(([, { open, heardMs }]) => open !== 0 && atMs - heardMs > HEARD_WITHIN_MS).map(([sensorKey]) => sensorKey)
  if (unheard.length === 0) return []
  const moved = (await readLastReadings(pool, unheard)).filter(({ sensorKey, timeUs }) => {
    const aheadUs = timeUs - (log.memories.get(sensorKey) as SensorMemory).newestUs
    return aheadUs > (settings.aliased.has(sensorKey) ? 0 : LOG_SILENT_MS * 1000)
  })
  if (moved.length === 0) return []
  return (await readSilentSensors(pool, moved.map(({ sensorKey }) => sensorKey))).flatMap((sensor) => {
    const memory = log.memories.get(sensor.sensorKey) as SensorMemory
    const alarms = settings.of(sensor.sensorKey, sensor.sensorType as SensorType)
    const changes = memory.conditions.flatMap((condition, index): ConditionChange[] => {
      if (condition === null || !isRaised(condition)) return []
      const rule = ALARM_RULES[index] as AlarmRule
      return [changeWithoutReading('cleared', rule, condition, alarms.rules[index] as AlarmSettings, sensor, {
        timeMs: atMs, description: describeMove(condition, atMs), detectedBy: consumerId,
        // That it was silent is no log's word.
        ...rule === 'stale_signal' ? {} : { saidBy: log.logKey },
      })]
    })
    forgetConditions(memory)
    return changes
  })
}

/** Of what is decommissioned no condition is followed: it may be there when the sensor is back, and is raised then. */
export function forgetDecommissioned({ memories }: OwnedLog, { decommissioned }: AlarmSettingsTable): void {
  for (const sensorKey of decommissioned) {
    const memory = memories.get(sensorKey)
    if (memory !== undefined && memory.open !== 0) forgetConditions(memory)
  }
}
