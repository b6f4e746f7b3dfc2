import type { SensorType } from '../contract/sensor-types.ts'
import { LOG_SILENT_MS } from '../postgres/alarm-changes.ts'
import type { ConditionChange } from '../postgres/alarm-changes.ts'
import { readLastReadings, readSilentSensors } from '../postgres/open-conditions.ts'
import type { Pool } from '../postgres/pool.ts'
import type { AlarmSettingsTable } from './alarm-settings.ts'
import { endConditions } from './condition-changes.ts'
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
  const told = { timeMs: atMs, detectedBy: consumerId }
  return endAll(pool, log, moved.map(({ sensorKey }) => sensorKey), settings, 'its readings come another way now', told)
}

export const REPLACED = 'its device was replaced'

/**
 * What the old device's readings said of a sensor, or that they were missing, is over when another device is in its place, whether that one sends
 * or not: if it doesn't it is missed, as if it had sent when it came. What was learned stays until its first reading.
 */
export async function endReplacedConditions(
  pool: Pool, log: OwnedLog, settings: AlarmSettingsTable, consumerId: string,
): Promise<ConditionChange[]> {
  const atMs = Date.now()
  const open: number[] = []
  for (const [sensorKey, replacedUs] of settings.replaced) {
    const memory = log.memories.get(sensorKey)
    if (memory === undefined || memory.endedUs >= replacedUs) continue
    memory.endedUs = replacedUs
    memory.heardMs = atMs
    if (memory.open !== 0) open.push(sensorKey)
  }
  return endAll(pool, log, open, settings, REPLACED, { timeMs: atMs, detectedBy: consumerId })
}

/** Of those that are in service; see `forgetDecommissioned` for the others. */
async function endAll(
  pool: Pool, { logKey, memories }: OwnedLog, sensorKeys: readonly number[], settings: AlarmSettingsTable, why: string,
  told: Pick<ConditionChange, 'timeMs' | 'detectedBy'>,
): Promise<ConditionChange[]> {
  if (sensorKeys.length === 0) return []
  return (await readSilentSensors(pool, sensorKeys)).flatMap((sensor) => {
    const alarms = settings.of(sensor.sensorKey, sensor.sensorType as SensorType)
    return endConditions(memories.get(sensor.sensorKey) as SensorMemory, logKey, alarms, sensor, why, told)
  })
}

/** Of what is decommissioned no condition is followed: it may be there when the sensor is back, and is raised then. */
export function forgetDecommissioned({ memories }: OwnedLog, { decommissioned }: AlarmSettingsTable): void {
  for (const sensorKey of decommissioned) {
    const memory = memories.get(sensorKey)
    if (memory !== undefined && memory.open !== 0) forgetConditions(memory)
  }
}
