import { INACTIVE, isRaised } from '../alarm/condition.ts'
import type { Calendar } from '../calendar/calendar.ts'
import { plantTime } from '../calendar/plant-time.ts'
import { ALARM_RULES } from '../contract/alarm.ts'
import { SENSOR_TYPES } from '../contract/sensor-types.ts'
import type { SensorType } from '../contract/sensor-types.ts'
import type { Mode } from '../detect/learned/state.ts'
import type { LogReader } from '../kafka/log-reader.ts'
import { readMemories, readStoredFrom } from '../postgres/detector-state.ts'
import type { StoredReading } from '../postgres/detector-state.ts'
import { openLog } from '../postgres/logs.ts'
import type { PartitionLog } from '../postgres/logs.ts'
import { readLastReadings, readOpenConditions } from '../postgres/open-conditions.ts'
import { inTransaction } from '../postgres/pool.ts'
import type { Pool } from '../postgres/pool.ts'
import { sendReplaysAgain } from '../postgres/replay-outbox.ts'
import { effectiveThresholds } from '../runtime/thresholds.ts'
import type { ThresholdOverride } from '../runtime/thresholds.ts'
import type { AlarmSettingsTable } from './alarm-settings.ts'
import { blockFormat, createDetectorBlocks } from './detector-blocks.ts'
import { SNAPSHOT_FORMAT, unpackMemories } from './memory-snapshot.ts'
import { createNumbersReplay } from './numbers-replay.ts'
import { memoryOf } from './prepare.ts'
import type { Memories, OwnedLog } from './prepare.ts'
import { resumeCondition } from './resume-condition.ts'
import { conditionOf, judgeReading, learnAgain } from './scoring.ts'
import { createSensorMemory, forgetConditions, takeDevice, takeDeviceAgain } from './sensor-memory.ts'
import type { SensorMemory } from './sensor-memory.ts'

export interface RestoreOptions {
  readonly pool: Pool
  readonly reader: LogReader
  readonly topic: string
  readonly consumerId: string
  /** Null: nothing is learned. */
  readonly detector: Mode | null
  readonly thresholds: Readonly<Record<SensorType, ThresholdOverride>>
  readonly calendar: Calendar
}

/** Of a log whose memory was never stored, or by a release that did it otherwise: what so many offsets tell. */
const MOST_LEARNED_AGAIN = 500_000

/** Claims the partitions in PostgreSQL and brings back where they stood and what was remembered of their sensors. */
export async function restoreLogs(
  options: RestoreOptions, partitions: readonly number[], alarmSettings: AlarmSettingsTable,
): Promise<Map<number, OwnedLog>> {
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
  for (const log of opened) logs.set(log.partition, await restoreLog(options, log, alarmSettings))
  return logs
}

/**
 * What is stored of the memory of rules and conditions, of the learned detectors and of the producers' numbers, and what every reading that was
 * stored after it adds, in the order in which they were judged: the same state, bit by bit.
 */
async function restoreLog(options: RestoreOptions, log: PartitionLog, alarmSettings: AlarmSettingsTable): Promise<OwnedLog> {
  const { pool, detector: mode } = options
  const { snapshot, blocks } = await readMemories(pool, log.logKey, SNAPSHOT_FORMAT, mode === null ? null : blockFormat(mode))
  const judgedOffset = snapshot?.nextOffset ?? Math.max(log.firstOffset, log.nextOffset - MOST_LEARNED_AGAIN)
  const learnedFrom = Math.min(judgedOffset, snapshot?.learnedFrom ?? judgedOffset)
  const memories = snapshot === null ? new Map<number, SensorMemory>() : unpackMemories(snapshot.state)
  /** From which offset on a stored detector is missing readings. */
  const missingFrom = new Map<number, number>()
  const detectors = mode === null ? null : createDetectorBlocks(log.logKey, mode, blocks, (sensorKey, detector, nextOffset) => {
    const memory = memories.get(sensorKey)
    if (memory === undefined) memories.set(sensorKey, createSensorMemory(detector))
    else memory.detector = detector
    missingFrom.set(sensorKey, nextOffset)
  })
  for (const [sensorKey, memory] of memories) memory.detector ??= detectors?.add(sensorKey, learnedFrom) ?? null
  const owned: Memories = { memories, detectors, preparedOffset: learnedFrom }

  const numbers = createNumbersReplay()
  for (let offset = Math.min(judgedOffset, log.numbersOffset, learnedFrom); ;) {
    const { readings, nextOffset } = await readStoredFrom(pool, log.logKey, offset)
    if (nextOffset === offset) break
    for (const reading of readings) {
      // What is stored of a detector is never newer than the snapshot; see `readMemories`.
      if (reading.offset >= judgedOffset) judgeAgain(memoryOf(owned, reading.sensorKey), reading, options, alarmSettings)
      else if (reading.offset >= (missingFrom.get(reading.sensorKey) ?? learnedFrom)) {
        const memory = memoryOf(owned, reading.sensorKey)
        takeDeviceAgain(memory, reading.replacedUs, reading.timeUs)
        learnAgain(memory, {
          ...reading, quality: reading.quality ?? Number.NaN, ...plantTime(options.calendar, reading.machineId, reading.timeUs),
        })
      }
      if (reading.offset >= log.numbersOffset) numbers.add(reading)
    }
    offset = nextOffset
  }
  await reconcile(pool, log.logKey, owned)
  for (const [sensorKey, memory] of memories) memory.endedUs = alarmSettings.replaced.get(sensorKey) ?? 0
  const restored = await numbers.restore(pool, log.logKey)
  return { ...log, ...owned, preparedOffset: log.nextOffset, restored, unstored: new Set(restored.values()) }
}

/** What it changes of the alarms is stored, in the transaction that stored the reading. */
function judgeAgain(memory: SensorMemory, reading: StoredReading, { thresholds, calendar }: RestoreOptions, alarmSettings: AlarmSettingsTable): void {
  const { timeUs, offset, value, level, quality } = reading
  const sensorType = reading.sensorType as SensorType
  if (takeDevice(memory, reading.replacedUs, timeUs)) forgetConditions(memory)
  judgeReading(memory, {
    timeUs, offset, value, level, quality: quality ?? Number.NaN,
    thresholds: effectiveThresholds({ warning: reading.ownWarning, critical: reading.ownCritical }, thresholds[sensorType],
      { warning: reading.sentWarning, critical: reading.sentCritical }, SENSOR_TYPES[sensorType]),
    ...plantTime(calendar, reading.machineId, timeUs),
  }, alarmSettings.of(reading.sensorKey, sensorType), () => {})
}

/**
 * Alarms are as PostgreSQL has them. There is a difference only where no reading changed them (a signal that is stale), where settings were
 * changed since, and where no snapshot could be read.
 */
async function reconcile(pool: Pool, logKey: number, owned: Memories): Promise<void> {
  for (const { timeUs, intervalUs, sensorKey } of await readLastReadings(pool, [...owned.memories.keys()])) {
    const memory = owned.memories.get(sensorKey) as SensorMemory
    if (memory.newestUs < timeUs) memory.newestUs = timeUs
    if (memory.intervalUs === 0) memory.intervalUs = intervalUs ?? 0
  }
  // Who was silent while nobody listened isn't silent for it.
  for (const memory of owned.memories.values()) memory.heardMs = Date.now()
  const stored = new Set<string>()
  for (const open of await readOpenConditions(pool, logKey)) {
    const index = ALARM_RULES.indexOf(open.rule)
    if (index === -1 || (open.rule === 'stale_signal' && !owned.memories.has(open.sensorKey))) continue
    stored.add(`${open.sensorKey} ${index}`)
    const memory = memoryOf(owned, open.sensorKey)
    const condition = conditionOf(memory, index)
    if (isRaised(condition)) continue
    resumeCondition(condition, open)
    memory.open |= 1 << index
  }
  for (const [sensorKey, memory] of owned.memories) {
    for (const [index, condition] of memory.conditions.entries()) {
      if (condition === null || condition === undefined || !isRaised(condition) || stored.has(`${sensorKey} ${index}`)) continue
      condition.phase = INACTIVE
      memory.open &= ~(1 << index)
    }
  }
}
