import type { AlertLevel, SensorType } from '../contract/sensor-types.ts'
import { ALERT_LEVELS, SENSOR_TYPES } from '../contract/sensor-types.ts'
import { applyRules, emptyMemory } from '../detect/rules.ts'
import type { SensorMemory } from '../detect/rules.ts'
import { SNAPSHOT_FORMAT, unpackMemories } from '../detect/snapshot.ts'
import type { LogReader } from '../kafka/log-reader.ts'
import { readSnapshot, readStoredFrom } from '../postgres/detector-state.ts'
import { openLog } from '../postgres/logs.ts'
import type { PartitionLog } from '../postgres/logs.ts'
import { inTransaction } from '../postgres/pool.ts'
import type { Pool } from '../postgres/pool.ts'
import { sendReplaysAgain } from '../postgres/replay-outbox.ts'
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
  for (const log of opened) logs.set(log.partition, { ...log, memories: await restoreMemories(pool, log) })
  return logs
}

/** The newest snapshot, and every reading that was stored after it, in the order in which it was scored: the same state, bit by bit. */
async function restoreMemories(pool: Pool, log: PartitionLog): Promise<Map<number, SensorMemory>> {
  const snapshot = await readSnapshot(pool, log.logKey, SNAPSHOT_FORMAT)
  const memories = snapshot === null ? new Map<number, SensorMemory>() : unpackMemories(snapshot.state)
  let offset = snapshot?.nextOffset ?? log.firstOffset
  for (;;) {
    const { readings, nextOffset } = await readStoredFrom(pool, log.logKey, offset)
    if (nextOffset === offset) return memories
    for (const reading of readings) {
      let memory = memories.get(reading.sensorKey)
      if (memory === undefined) memories.set(reading.sensorKey, memory = emptyMemory())
      applyRules(memory, {
        offset: reading.offset, value: reading.value, level: ALERT_LEVELS[reading.level] as AlertLevel, unit: '', criticalThreshold: 0,
      }, SENSOR_TYPES[reading.sensorType as SensorType].rules)
    }
    offset = nextOffset
  }
}
