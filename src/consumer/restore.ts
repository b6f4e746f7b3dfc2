import { ACTIVE } from '../alarm/condition.ts'
import { severityRank } from '../alarm/alarm-rules.ts'
import { ALARM_RULES } from '../contract/alarm.ts'
import type { SensorType } from '../contract/sensor-types.ts'
import type { Mode } from '../detect/learned/state.ts'
import type { RuleMemory } from '../detect/rules.ts'
import { SNAPSHOT_FORMAT, unpackMemories } from '../detect/snapshot.ts'
import type { LogReader } from '../kafka/log-reader.ts'
import { readDetectorBlocks, readSnapshot, readStoredFrom } from '../postgres/detector-state.ts'
import { openLog } from '../postgres/logs.ts'
import type { PartitionLog } from '../postgres/logs.ts'
import { readLastReadings, readOpenConditions } from '../postgres/open-conditions.ts'
import { inTransaction } from '../postgres/pool.ts'
import type { Pool } from '../postgres/pool.ts'
import { sendReplaysAgain } from '../postgres/replay-outbox.ts'
import { blockFormat, createDetectorBlocks } from './detector-blocks.ts'
import { createNumbersReplay } from './numbers-replay.ts'
import { memoryOf } from './prepare.ts'
import type { Memories, OwnedLog } from './prepare.ts'
import { conditionOf, learnAgain } from './scoring.ts'
import { createSensorMemory } from './sensor-memory.ts'
import type { SensorMemory } from './sensor-memory.ts'

export interface RestoreOptions {
  readonly pool: Pool
  readonly reader: LogReader
  readonly topic: string
  readonly consumerId: string
  /** Null: nothing is learned. */
  readonly detector: Mode | null
}

/** Of a log whose memory was never stored, or by a release that did it otherwise: what so many offsets tell. */
const MOST_LEARNED_AGAIN = 500_000

/** Claims the partitions in PostgreSQL and brings back where they stood and what was remembered of their sensors. */
export async function restoreLogs(options: RestoreOptions, partitions: readonly number[]): Promise<Map<number, OwnedLog>> {
  const { pool, reader, topic, consumerId } = options
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
  for (const log of opened) logs.set(log.partition, await restoreLog(pool, log, options.detector))
  return logs
}

/**
 * What is stored of the rules' memory, of the learned detectors and of the producers' numbers, and what every reading that was stored after it
 * adds, in the order in which they were scored: the same state, bit by bit. Alarms are as PostgreSQL has them; a delay that was running begins
 * anew.
 */
async function restoreLog(pool: Pool, log: PartitionLog, mode: Mode | null): Promise<OwnedLog> {
  const snapshot = await readSnapshot(pool, log.logKey, SNAPSHOT_FORMAT)
  const scoredOffset = snapshot?.nextOffset ?? Math.max(log.firstOffset, log.nextOffset - MOST_LEARNED_AGAIN)
  const learnedFrom = Math.min(scoredOffset, snapshot?.learnedFrom ?? scoredOffset)
  const memories = new Map<number, SensorMemory>()
  const rules = snapshot === null ? new Map<number, RuleMemory>() : unpackMemories(snapshot.state)
  /** From which offset on a stored detector is missing readings. */
  const missingFrom = new Map<number, number>()
  const detectors = mode === null ? null : createDetectorBlocks(log.logKey, mode,
    await readDetectorBlocks(pool, log.logKey, blockFormat(mode)), (sensorKey, detector, nextOffset) => {
      memories.set(sensorKey, createSensorMemory(detector, rules.get(sensorKey)))
      missingFrom.set(sensorKey, nextOffset)
    })
  const owned: Memories = { memories, detectors, preparedOffset: learnedFrom }
  for (const [sensorKey, memory] of rules) {
    if (!memories.has(sensorKey)) memories.set(sensorKey, createSensorMemory(detectors?.add(sensorKey, learnedFrom) ?? null, memory))
  }

  const numbers = createNumbersReplay()
  for (let offset = Math.min(scoredOffset, log.numbersOffset, learnedFrom); ;) {
    const { readings, nextOffset } = await readStoredFrom(pool, log.logKey, offset)
    if (nextOffset === offset) break
    for (const reading of readings) {
      const isUnscored = reading.offset >= scoredOffset
      const isUnlearned = reading.offset >= (missingFrom.get(reading.sensorKey) ?? learnedFrom)
      if (isUnscored || isUnlearned) {
        learnAgain(memoryOf(owned, reading.sensorKey), {
          sensorType: reading.sensorType as SensorType, timeUs: reading.timeUs, offset: reading.offset, value: reading.value, level: reading.level,
          quality: reading.quality ?? Number.NaN,
        }, { rules: isUnscored, detector: isUnlearned })
      }
      if (reading.offset >= log.numbersOffset) numbers.add(reading)
    }
    offset = nextOffset
  }
  await restoreConditions(pool, log.logKey, owned)
  const restored = await numbers.restore(pool, log.logKey)
  return { ...log, ...owned, preparedOffset: log.nextOffset, restored, unstored: new Set(restored.values()) }
}

async function restoreConditions(pool: Pool, logKey: number, owned: Memories): Promise<void> {
  for (const { timeUs, intervalUs, sensorKey } of await readLastReadings(pool, [...owned.memories.keys()])) {
    const memory = owned.memories.get(sensorKey) as SensorMemory
    if (memory.newestUs < timeUs) memory.newestUs = timeUs
    if (memory.intervalUs === 0) memory.intervalUs = intervalUs ?? 0
  }
  for (const open of await readOpenConditions(pool, logKey)) {
    const index = ALARM_RULES.indexOf(open.rule)
    if (index === -1 || (open.rule === 'stale_signal' && !owned.memories.has(open.sensorKey))) continue
    const memory = memoryOf(owned, open.sensorKey)
    const { raisedUs, changedUs, firstValue, peak, peakExcess, peakUs, readings } = open
    Object.assign(conditionOf(memory, index), {
      phase: ACTIVE, sinceUs: raisedUs, raisedUs, firstValue, peak, peakExcess, peakUs, readings, reportedReadings: readings,
      severity: severityRank(open.severity), announcedUs: changedUs, changedUs,
    })
    memory.open |= 1 << index
  }
}
