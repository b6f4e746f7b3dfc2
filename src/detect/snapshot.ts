import { BASELINE_READINGS } from './rules.ts'
import type { RuleMemory } from './rules.ts'

/** Rises when the layout below changes; a snapshot of another format is not read. */
export const SNAPSHOT_FORMAT = 2

const RECORD_BYTES = 4 + 1 + 1 + BASELINE_READINGS * 8

/**
 * Packs the rules' memory of one partition, `sensor_key` → memory, at 38 bytes a sensor. A record, big endian: sensor_key int4,
 * number of values int1, consecutiveHigh int1, values 4 × float8.
 */
export function packMemories(memories: Iterable<readonly [number, RuleMemory]>, count: number): Buffer {
  const packed = Buffer.alloc(count * RECORD_BYTES)
  let at = 0
  for (const [sensorKey, memory] of memories) {
    at = packed.writeInt32BE(sensorKey, at)
    at = packed.writeUInt8(memory.values.length, at)
    at = packed.writeUInt8(memory.consecutiveHigh, at)
    for (let index = 0; index < BASELINE_READINGS; index++) at = packed.writeDoubleBE(memory.values[index] ?? 0, at)
  }
  return packed
}

export function unpackMemories(packed: Buffer): Map<number, RuleMemory> {
  if (packed.length % RECORD_BYTES !== 0) throw new RangeError(`a snapshot of ${packed.length} bytes is not whole records of ${RECORD_BYTES}`)
  const memories = new Map<number, RuleMemory>()
  for (let at = 0; at < packed.length; at += RECORD_BYTES) {
    const count = packed.readUInt8(at + 4)
    memories.set(packed.readInt32BE(at), {
      values: Array.from({ length: count }, (_, index) => packed.readDoubleBE(at + 6 + index * 8)),
      consecutiveHigh: packed.readUInt8(at + 5),
    })
  }
  return memories
}
