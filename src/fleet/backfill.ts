import type { FleetGroup, MakeReading } from './fleet-sensors.ts'

export interface BackfillOptions {
  readonly groups: readonly FleetGroup[]
  /** Milliseconds since 1970: the readings of from `fromMs` up to, not including, `toMs`. */
  readonly fromMs: number
  readonly toMs: number
  readonly make: MakeReading
  /** Resolves when there is room for some thousand readings more. */
  readonly room: () => Promise<void>
  /** Called before each chunk of simulated time, with its beginning; holds the making back until it resolves. */
  readonly beforeChunk: (timeMs: number) => Promise<void>
  readonly signal: AbortSignal
}

/** So much of one sensor comes in one piece: ten whole minutes for the rollups, and little enough that the plant moves on as one. */
const CHUNK_MS = 600_000
const READINGS_PER_TURN = 2_000

/** Makes history, sensor by sensor in chunks of ten minutes. Resolves at its end, or when the signal is aborted. */
export async function runBackfill({ groups, fromMs, toMs, make, room, beforeChunk, signal }: BackfillOptions): Promise<void> {
  let left = READINGS_PER_TURN
  let nowMs = performance.now()
  for (let chunkMs = fromMs; chunkMs < toMs && !signal.aborted; chunkMs = endOfChunk(chunkMs, toMs)) {
    await beforeChunk(chunkMs)
    nowMs = performance.now()
    const endMs = endOfChunk(chunkMs, toMs)
    for (const { sensors } of groups) {
      for (const sensor of sensors) {
        const end = sensor.signal.indexFrom(endMs)
        for (let index = sensor.signal.indexFrom(chunkMs); index < end; index++) {
          make(sensor, index, nowMs)
          if (--left > 0) continue
          left = READINGS_PER_TURN
          // Other events have their turn, too: acknowledgements and signals.
          await new Promise<void>((resolve) => { setImmediate(resolve) })
          await room()
          nowMs = performance.now()
          if (signal.aborted) return
        }
      }
    }
  }
}

function endOfChunk(timeMs: number, toMs: number): number {
  return Math.min(toMs, (Math.floor(timeMs / CHUNK_MS) + 1) * CHUNK_MS)
}
