import type { LogSlice } from '../kafka/log-slice.ts'
import { linkAbort, pause } from '../runtime/abort.ts'

/** Between fetching and writing: holds what was fetched, and holds the fetching back when it is too much. */
export interface Intake {
  /** Resolves when there is room for more. */
  offer(slice: LogSlice): Promise<void>
  /**
   * Waits for records, then for `maxAgeMs` at most until there are `limit` of them, and takes up to so many: one slice a partition,
   * each in order and at most `MAX_SPAN` offsets long. Empty when the signal was aborted.
   */
  take(limit: number, maxAgeMs: number, signal: AbortSignal): Promise<LogSlice[]>
  /** Nothing is taken any more; an offer that waits for room is let go. */
  close(): void
}

/** What is fetched and not yet taken, at most, give or take a fetch. */
const MAX_BYTES = 16 * 1024 * 1024
/** `reading.offset_in_batch` has two bytes. */
export const MAX_SPAN = 32_767

export function createIntake(): Intake {
  const waiting = new Map<number, LogSlice[]>()
  let bytes = 0
  let records = 0
  let slices = 0
  let oldestMs = 0
  let onOffer: () => void = () => {}
  let onTake: (() => void)[] = []
  let closed = false

  function releaseOffers(): void {
    const released = onTake
    onTake = []
    for (const release of released) release()
  }

  function takeFrom(partition: number, limit: number): LogSlice | null {
    const queue = waiting.get(partition) ?? []
    const first = queue[0]
    if (first === undefined) return null
    const taken: LogSlice[] = []
    let room = limit
    for (let slice = queue[0]; slice !== undefined && room > 0; slice = queue[0]) {
      const span = first.firstOffset + MAX_SPAN - slice.firstOffset
      if (span <= 0) break
      const head = cut(slice, room, span)
      if (head === slice) {
        queue.shift()
        slices--
      } else queue[0] = rest(slice, head)
      taken.push(head)
      room -= head.records.length
      bytes -= head.sizeBytes
      records -= head.records.length
    }
    return join(taken)
  }

  return {
    async offer(slice) {
      const queue = waiting.get(slice.partition)
      if (queue === undefined) waiting.set(slice.partition, [slice])
      else queue.push(slice)
      if (slices === 0) oldestMs = performance.now()
      slices++
      bytes += slice.sizeBytes
      records += slice.records.length
      onOffer()
      if (bytes > MAX_BYTES && !closed) await new Promise<void>((resolve) => { onTake.push(resolve) })
    },
    async take(limit, maxAgeMs, signal) {
      while (!signal.aborted) {
        const ageMs = performance.now() - oldestMs
        if (slices > 0 && (records >= limit || bytes > MAX_BYTES / 2 || ageMs >= maxAgeMs)) break
        const wait = linkAbort(signal)
        onOffer = () => { wait.abort() }
        await pause(slices > 0 ? Math.max(1, maxAgeMs - ageMs) : 1_000, wait.signal)
        wait.release()
      }
      if (signal.aborted) return []
      const share = Math.max(1, Math.floor(limit / Math.max(1, [...waiting.values()].filter((queue) => queue.length > 0).length)))
      const taken: LogSlice[] = []
      let room = limit
      for (const partition of waiting.keys()) {
        const slice = takeFrom(partition, Math.min(share, room))
        if (slice === null) continue
        taken.push(slice)
        room -= slice.records.length
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

/** The beginning of a slice: at most so many records and offsets; the slice itself when it fits. */
function cut(slice: LogSlice, maxRecords: number, maxSpan: number): LogSlice {
  if (slice.records.length <= maxRecords && slice.nextOffset - slice.firstOffset <= maxSpan) return slice
  const end = slice.firstOffset + maxSpan
  const records = slice.records.slice(0, maxRecords).filter((record) => record.offset < end)
  const following = slice.records[records.length]
  const nextOffset = Math.min(end, following?.offset ?? end)
  const sizeBytes = Math.round(slice.sizeBytes * records.length / Math.max(1, slice.records.length))
  return { ...slice, records, nextOffset, sizeBytes }
}

function rest(slice: LogSlice, head: LogSlice): LogSlice {
  return {
    ...slice, firstOffset: head.nextOffset, records: slice.records.slice(head.records.length), sizeBytes: slice.sizeBytes - head.sizeBytes,
  }
}

function join(slices: readonly LogSlice[]): LogSlice | null {
  const first = slices[0]
  const last = slices.at(-1)
  if (first === undefined || last === undefined) return null
  if (slices.length === 1) return first
  return {
    partition: first.partition, firstOffset: first.firstOffset, nextOffset: last.nextOffset,
    records: slices.flatMap((slice) => slice.records), sizeBytes: slices.reduce((sum, slice) => sum + slice.sizeBytes, 0),
  }
}
