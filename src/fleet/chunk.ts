import { BATCH_HEADER_BYTES } from '../kafka/record-batch.ts'

/** A record batch that is being filled, or on its way. */
export interface Chunk {
  readonly bytes: Buffer
  /** How much of it is written, with the room for the header. */
  length: number
  readings: number
  /** When how many of its readings were made, on the clock of `performance.now()`. */
  readonly made: { ms: number, count: number }[]
}

/** Half of what a topic takes by default elsewhere, 1 MB. */
export const CHUNK_BYTES = 512 * 1024

export function createChunk(): Chunk {
  return { bytes: Buffer.allocUnsafeSlow(CHUNK_BYTES), length: BATCH_HEADER_BYTES, readings: 0, made: [] }
}

/** To be filled again. */
export function emptyChunk(chunk: Chunk): Chunk {
  chunk.length = BATCH_HEADER_BYTES
  chunk.readings = 0
  chunk.made.length = 0
  return chunk
}

/** Counts a reading that ends at `end` and was made at `nowMs`. */
export function addToChunk(chunk: Chunk, end: number, nowMs: number): void {
  chunk.length = end
  chunk.readings++
  const last = chunk.made.at(-1)
  if (last?.ms === nowMs) last.count++
  else chunk.made.push({ ms: nowMs, count: 1 })
}
