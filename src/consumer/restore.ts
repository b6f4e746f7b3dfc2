import type { AlertLevel, SensorType } from '../contract/sensor-types.ts'
import { ALERT_LEVELS, SENSOR_TYPES } from '../contract/sensor-types.ts'
import { applyRules, emptyMemory } from '../detect/rules.ts'
import type { SensorMemory } from '../detect/rules.ts'
import { SNAPSHOT_FORMAT, unpackMemories } from '../detect/snapshot.ts'
import type { LogReader } from '../kafka/log-reader.ts'
import { readSnapshot, readStoredFrom } from '../postgres/detector-state.ts'
import type { StoredReading } from '../postgres/detector-state.ts'
import { openLog } from '../postgres/logs.ts'
import type { PartitionLog } from '../postgres/logs.ts'
import { inTransaction } from '../postgres/pool.ts'
import type { Pool } from '../postgres/pool.ts'
import { sendReplaysAgain } from '../postgres/replay-outbox.ts'
import { createNumbersReplay } from './numbers-replay.ts'
import type { OwnedLog } from './prepare.ts'

/** Claims the partitions in PostgreSQL and brings back where they stood and what their detectors knew. */
export async function restoreLogs(
  pool: Pool, reader: LogReader, topic: string, consumerId: string, partitions: readonly number[],
): Promise<Map<number, OwnedLog>> {
  const bounds = await reader.bounds(partitions)
  const opened = await inTransaction(pool, async (client) => {
    const logs: PartitionLog[] = []
    for (const [partition, { topicId, first, end }] of bounds) {
      logs.push(await openLog(client, { topic, partition, topicId, kafkaFirst: first, kafkaEnd: end, consumerId }))
    }
    if (logs.some((log) => log.gaps.length > 0)) await sendReplaysAgain(client, topic)
    return logs
  })
  const logs = new Map<number, OwnedLog>()
  for (const log of opened) logs.set(log.partition, await restoreLog(pool, log))
  return logs
}

/**
 * What is stored of the detectors' memory and of the producers' numbers, and what every reading that was stored after it adds, in the order in
 * which they were scored: the same state, bit by bit.
 */
async function restoreLog(pool: Pool, log: PartitionLog): Promise<OwnedLog> {
  const snapshot = await readSnapshot(pool, log.logKey, SNAPSHOT_FORMAT)
  const memories = snapshot === null ? new Map<number, SensorMemory>() : unpackMemories(snapshot.state)
  const scoredOffset = snapshot?.nextOffset ?? log.firstOffset
  const numbers = createNumbersReplay()
  for (let offset = Math.min(scoredOffset, log.numbersOffset); ;) {
    const { readings, nextOffset } = await readStoredFrom(pool, log.logKey, offset)
    if (nextOffset === offset) break
    for (const reading of readings) {
      if (reading.offset >= scoredOffset) scoreAgain(memories, reading)
      if (reading.offset >= log.numbersOffset) numbers.add(reading)
    }
    offset = nextOffset
  }
  const restored = await numbers.restore(pool, log.logKey)
  return { ...log, memories, restored, unstored: new Set(restored.values()) }
}

function scoreAgain(memories: Map<number, SensorMemory>, reading: StoredReading): void {
  let memory = memories.get(reading.sensorKey)
  if (memory === undefined) memories.set(reading.sensorKey, memory = emptyMemory())
  applyRules(memory, {
    offset: reading.offset, value: reading.value, level: ALERT_LEVELS[reading.level] as AlertLevel, unit: '', criticalThreshold: 0,
  }, SENSOR_TYPES[reading.sensorType as SensorType].rules)
}
