import { offsetAt } from '../kafka/log-chunk.ts'
import type { LogChunk } from '../kafka/log-chunk.ts'
import type { RecordRun } from '../kafka/record-run.ts'
import { linkAbort, pause } from '../runtime/abort.ts'

/** Between fetching and writing: holds what was fetched, and holds the fetching back when it is too much. */
export interface Intake {
  /** Resolves when there is room for more. */
  offer(chunk: LogChunk): Promise<void>
  /**
   * Waits for records, then for `maxAgeMs` at most until there are `limit` of them, and takes up to so many: one chunk a partition,
   * each in order and at most `MAX_SPAN` offsets long. Empty when nothing came for a second, and when the signal was aborted.
   */
  take(limit: number, maxAgeMs: number, signal: AbortSignal): Promise<LogChunk[]>
  /** Nothing is taken any more; an offer that waits for room is let go. */
  close(): void
}

/** What is fetched and not yet taken, at most, give or take a fetch. */
const MAX_BYTES = 12 * 1024 * 1024
const IDLE_MS = 1_000
/** `reading.offset_in_batch` has two bytes. */
export const MAX_SPAN = 32_767

export function createIntake(): Intake {
  const waiting = new Map<number, LogChunk[]>()
  let bytes = 0
  let records = 0
  let chunks = 0
  let oldestMs = 0
  let onOffer: () => void = () => {}
  let onTake: (() => void)[] = []
  let closed = false

  function releaseOffers(): void {
    const released = onTake
    onTake = []
    for (const release of released) release()
  }

  function takeFrom(partition: number, limit: number): LogChunk | null {
    const queue = waiting.get(partition) ?? []
    const first = queue[0]
    if (first === undefined) return null
    const taken: LogChunk[] = []
    let room = limit
    for (let chunk = queue[0]; chunk !== undefined && room > 0; chunk = queue[0]) {
      const span = first.firstOffset + MAX_SPAN - chunk.firstOffset
      if (span <= 0) break
      const head = cut(chunk, room, span)
      if (head === chunk) {
        queue.shift()
        chunks--
      } else queue[0] = rest(chunk, head)
      taken.push(head)
      room -= head.recordCount
      bytes -= head.sizeBytes
      records -= head.recordCount
    }
    return join(taken)
  }

  return {
    async offer(chunk) {
      const queue = waiting.get(chunk.partition)
      if (queue === undefined) waiting.set(chunk.partition, [chunk])
      else queue.push(chunk)
      if (chunks === 0) oldestMs = performance.now()
      chunks++
      bytes += chunk.sizeBytes
      records += chunk.recordCount
      onOffer()
      // A take lets all go on, and the first of them may use the room up again.
      while (bytes > MAX_BYTES && !closed) await new Promise<void>((resolve) => { onTake.push(resolve) })
    },
    async take(limit, maxAgeMs, signal) {
      while (!signal.aborted) {
        const ageMs = performance.now() - oldestMs
        if (chunks > 0 && (records >= limit || bytes > MAX_BYTES / 2 || ageMs >= maxAgeMs)) break
        const wait = linkAbort(signal)
        onOffer = () => { wait.abort() }
        await pause(chunks > 0 ? Math.max(1, maxAgeMs - ageMs) : IDLE_MS, wait.signal)
        wait.release()
        if (chunks === 0) return []
      }
      if (signal.aborted) return []
      const share = Math.max(1, Math.floor(limit / Math.max(1, [...waiting.values()].filter((queue) => queue.length > 0).length)))
      const taken: LogChunk[] = []
      let room = limit
      for (const partition of waiting.keys()) {
        const chunk = takeFrom(partition, Math.min(share, room))
        if (chunk === null) continue
        taken.push(chunk)
        room -= chunk.recordCount
        if (room <= 0) break
      }
      oldestMs = performance.now()
      releaseOffers()
      return taken
    },
    close() {
      closed = true
      releaseOffers()
    },
  }
}

/** The beginning of a chunk: at most so many records and offsets; the chunk itself when it fits. */
function cut(chunk: LogChunk, maxRecords: number, maxSpan: number): LogChunk {
  if (chunk.recordCount <= maxRecords && chunk.nextOffset - chunk.firstOffset <= maxSpan) return chunk
  const end = chunk.firstOffset + maxSpan
  const runs: RecordRun[] = []
  let recordCount = 0
  for (const run of chunk.runs) {
    let to = Math.min(run.to, run.from + maxRecords - recordCount)
    while (to > run.from && offsetAt(run, to - 1) >= end) to--
    if (to > run.from) runs.push({ ...run, to })
    recordCount += to - run.from
    // What comes first of what is left out is where the next one begins.
    if (to < run.to) return beginning(chunk, runs, recordCount, Math.min(end, offsetAt(run, to)))
  }
  return beginning(chunk, runs, recordCount, Math.min(end, chunk.nextOffset))
}

function beginning(chunk: LogChunk, runs: readonly RecordRun[], recordCount: number, nextOffset: number): LogChunk {
  return { ...chunk, runs, recordCount, nextOffset, sizeBytes: Math.round(chunk.sizeBytes * recordCount / Math.max(1, chunk.recordCount)) }
}

function rest(chunk: LogChunk, head: LogChunk): LogChunk {
  let left = head.recordCount
  const runs: RecordRun[] = []
  for (const run of chunk.runs) {
    const from = Math.min(run.to, run.from + left)
    left -= from - run.from
    if (from < run.to) runs.push({ ...run, from })
  }
  return {
    ...chunk, firstOffset: head.nextOffset, runs, recordCount: chunk.recordCount - head.recordCount, sizeBytes: chunk.sizeBytes - head.sizeBytes,
  }
}

function join(chunks: readonly LogChunk[]): LogChunk | null {
  const first = chunks[0]
  const last = chunks.at(-1)
  if (first === undefined || last === undefined) return null
  if (chunks.length === 1) return first
  return {
    partition: first.partition, firstOffset: first.firstOffset, nextOffset: last.nextOffset, runs: chunks.flatMap((chunk) => chunk.runs),
    recordCount: chunks.reduce((sum, chunk) => sum + chunk.recordCount, 0), sizeBytes: chunks.reduce((sum, chunk) => sum + chunk.sizeBytes, 0),
    wireBytes: chunks.reduce((sum, chunk) => sum + chunk.wireBytes, 0),
  }
}
