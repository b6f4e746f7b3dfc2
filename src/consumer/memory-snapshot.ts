import { CONDITION_BYTES, INACTIVE, readCondition, writeCondition } from '../alarm/condition.ts'
import type { Condition } from '../alarm/condition.ts'
import { ALARM_RULES } from '../contract/alarm.ts'
import { BASELINE_READINGS } from '../detect/rules.ts'
import { createSensorMemory } from './sensor-memory.ts'
import type { SensorMemory } from './sensor-memory.ts'

/** Rises when the layout below or the order of `ALARM_RULES` changes; a snapshot of another format is not read. */
export const SNAPSHOT_FORMAT = 3

const HEAD_BYTES = 4 + 1 + 2 + BASELINE_READINGS * 8 + 8 + 8 + 8 + 1
const OPEN_BYTES = 1 + CONDITION_BYTES

/**
 * Packs what is remembered of the sensors of one partition but their learned detectors, at 64 bytes a sensor and 91 for each condition that isn't
 * inactive. A record, big endian: sensor_key int4, number of values int1, consecutiveHigh int2, values 4 × float8, newestUs, intervalUs
 * and replacedUs float8, number of conditions int1, and each of them: its place in `ALARM_RULES` int1, the condition.
 */
export function packMemories(memories: ReadonlyMap<number, SensorMemory>): Buffer {
  let open = 0
  for (const memory of memories.values()) for (const _ of openConditions(memory)) open++
  const packed = Buffer.alloc(memories.size * HEAD_BYTES + open * OPEN_BYTES)
  let at = 0
  for (const [sensorKey, memory] of memories) {
    const { rules, newestUs, intervalUs, replacedUs } = memory
    at = packed.writeInt32BE(sensorKey, at)
    at = packed.writeUInt8(rules.values.length, at)
    at = packed.writeUInt16BE(rules.consecutiveHigh, at)
    for (let index = 0; index < BASELINE_READINGS; index++) at = packed.writeDoubleBE(rules.values[index] ?? 0, at)
    at = packed.writeDoubleBE(newestUs, at)
    at = packed.writeDoubleBE(intervalUs, at)
    at = packed.writeDoubleBE(replacedUs, at)
    const conditions = [...openConditions(memory)]
    at = packed.writeUInt8(conditions.length, at)
    for (const [index, condition] of conditions) at = writeCondition(packed, condition, packed.writeUInt8(index, at))
  }
  return packed
}

/** Of each sensor; the detectors are added by the caller. Throws a `RangeError` where the bytes end too early. */
export function unpackMemories(packed: Buffer): Map<number, SensorMemory> {
  const memories = new Map<number, SensorMemory>()
  for (let at = 0; at < packed.length;) {
    const sensorKey = packed.readInt32BE(at)
    const count = packed.readUInt8(at + 4)
    const consecutiveHigh = packed.readUInt16BE(at + 5)
    at += 7
    const values = Array.from({ length: count }, (_, index) => packed.readDoubleBE(at + index * 8))
    at += BASELINE_READINGS * 8
    const memory = createSensorMemory(null, { values, consecutiveHigh })
    memory.newestUs = packed.readDoubleBE(at)
    memory.intervalUs = packed.readDoubleBE(at + 8)
    memory.replacedUs = packed.readDoubleBE(at + 16)
    const open = packed.readUInt8(at + 24)
    at += 25
    for (let each = 0; each < open; each++, at += OPEN_BYTES) {
      const index = packed.readUInt8(at)
      memory.conditions[index] = readCondition(packed, at + 1)
      memory.open |= 1 << index
    }
    memories.set(sensorKey, memory)
  }
  return memories
}

function* openConditions({ conditions, open }: SensorMemory): Generator<readonly [number, Condition]> {
  if (open === 0) return
  for (let index = 0; index < ALARM_RULES.length; index++) {
    const condition = conditions[index]
    if (condition !== undefined && condition !== null && condition.phase !== INACTIVE) yield [index, condition]
  }
}
