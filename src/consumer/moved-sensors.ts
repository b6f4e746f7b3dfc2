import { randomUUID } from 'node:crypto'
import type { AlarmSettings } from '../alarm/alarm-rules.ts'
import { ALARM_RULES } from '../contract/alarm.ts'
import type { AlarmRule } from '../contract/alarm.ts'
import type { SensorType } from '../contract/sensor-types.ts'
import type { ConditionChange } from '../postgres/alarm-changes.ts'
import { readLastReadings, readSilentSensors } from '../postgres/open-conditions.ts'
import type { Pool } from '../postgres/pool.ts'
import type { AlarmSettingsTable } from './alarm-settings.ts'
import { changeOf } from './condition-changes.ts'
import { describeMove } from './describe-change.ts'
import type { OwnedLog } from './prepare.ts'
import { forgetConditions, isRaised } from './sensor-memory.ts'
import type { SensorMemory } from './sensor-memory.ts'

/** Whose readings came here within this time is no other log's. */
const HEARD_WITHIN_MS = 10_000

/**
 * Of sensors whose device sends under another id: what this log's readings said is over when the sensor's come through another log, because nothing
 * that comes here would end it.
 */
export async function endMovedConditions(
  pool: Pool, log: OwnedLog, settings: AlarmSettingsTable, consumerId: string,
): Promise<ConditionChange[]> {
  const atMs = Date.now()
  const unheard = [...settings.aliased].filter((sensorKey) => {
    const memory = log.memories.get(sensorKey)
    return memory !== undefined && memory.open !== 0 && atMs - memory.heardMs > HEARD_WITHIN_MS
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
      const id = randomUUID()
      return [{
        ...changeOf(log, 'cleared', rule, condition, alarms.rules[index] as AlarmSettings, 0), ...sensor, episodeId: id, alertId: id,
        timeMs: atMs, description: describeMove(condition, atMs), logKey: null, offset: null, detectedBy: consumerId,
        // That it was silent is no log's word.
        ...rule === 'stale_signal' ? {} : { saidBy: log.logKey },
      }]
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
