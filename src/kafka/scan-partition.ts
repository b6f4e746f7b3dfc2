import type { KafkaMessage } from '../contract/kafka-api.ts'
import type { Fetched } from './fetch-once.ts'
import type { LogRecord } from './log-slice.ts'
import { SHOWN_BYTES, contains, textLength, toMessage } from './message-bytes.ts'

/** What may be read of one partition for one question. */
export interface ScanLimits {
  /** Stop when so many were found, */
  readonly most: number
  /** or when what was found has so much text. */
  readonly mostBytes: number
  /** Null: every message counts. */
  readonly search: string | null
  /** Messages that are looked at. */
  readonly mostSearched: number
  /** By `performance.now()`; the fetch that is under way then is the last one, unless nothing was looked at yet. */
  readonly untilMs: number
  /** Aborted when nobody waits for the answer any more: rejects with its reason. */
  readonly signal: AbortSignal
}

export interface Scan {
  /** In the order of their offsets. */
  readonly found: readonly KafkaMessage[]
  /** Messages that were looked at. */
  readonly searched: number
  /** Forward: one after the last offset that was looked at. Backward: the first one. */
  readonly position: number
}

export type FetchFrom = (offset: number, maxBytes: number) => Promise<Fetched>

const FETCH_BYTES = 1024 * 1024
/** What a stretch that is read backward should have; a log can only be read forward, so it is read in stretches from behind. */
const STRETCH_BYTES = 1024 * 1024
/** What a stretch may have, which is in memory as a whole: the messages before small ones may have 4 MB each. */
const MOST_STRETCH_BYTES = 4 * STRETCH_BYTES
const MOST_STRETCH = 5_000
/** Of messages whose size isn't known yet. */
const FIRST_STRETCH = 10

/** Reads on from `start` up to, not including, `end`. */
export async function scanForward(fetch: FetchFrom, partition: number, start: number, end: number, limits: ScanLimits): Promise<Scan> {
  const finds = createFinds(partition, limits)
  let position = start
  while (position < end && finds.wantsMore && (position === start || performance.now() < limits.untilMs)) {
    limits.signal.throwIfAborted()
    const { slice } = await fetch(position, FETCH_BYTES)
    // Nothing more although the log goes on: it ends with a hole.
    if (slice === null) return { found: finds.found, searched: finds.searched, position: end }
    for (const record of slice.records) {
      if (record.offset >= end || finds.full) break
      position = record.offset + 1
      finds.look(record)
    }
    if (!finds.full) position = Math.min(end, slice.nextOffset)
  }
  return { found: finds.found, searched: finds.searched, position }
}

/** Reads what lies before `end`, down to `start`, the newest first. */
export async function scanBackward(fetch: FetchFrom, partition: number, start: number, end: number, limits: ScanLimits): Promise<Scan> {
  const finds = createFinds(partition, limits)
  let position = end
  let width = FIRST_STRETCH
  while (position > start && finds.wantsMore && (position === end || performance.now() < limits.untilMs)) {
    const from = Math.max(start, position - width)
    const { records, sizeBytes, whole } = await readStretch(fetch, from, position, limits)
    const next = nextWidth(records.length, sizeBytes, limits.search === null ? limits.most - finds.found.length : MOST_STRETCH)
    if (!whole) {
      // Its end, which is wanted first, wasn't reached: a shorter one is read. That of one offset takes one fetch, so it is always whole.
      width = performance.now() < limits.untilMs ? Math.min(next, Math.floor((position - from) / 2)) : 1
      continue
    }
    while (records.length > 0 && !finds.full) {
      const record = records.pop() as LogRecord
      position = record.offset
      finds.look(record)
    }
    // Those left are read again, as what lies before.
    if (records.length === 0) position = from
    width = next
  }
  return { found: finds.found.toReversed(), searched: finds.searched, position }
}

interface Finds {
  /** In the order of looking. */
  readonly found: readonly KafkaMessage[]
  readonly searched: number
  /** As many were found as an answer can hold. */
  readonly full: boolean
  /** Not full, and not enough was looked at. */
  readonly wantsMore: boolean
  look(record: LogRecord): void
}

function createFinds(partition: number, { most, mostBytes, search, mostSearched }: ScanLimits): Finds {
  const found: KafkaMessage[] = []
  let searched = 0
  let foundBytes = 0
  const isFull = (): boolean => found.length >= most || foundBytes >= mostBytes
  return {
    found,
    get searched() { return searched },
    get full() { return isFull() },
    get wantsMore() { return !isFull() && searched < mostSearched },
    look(record) {
      searched++
      if (search !== null && !contains(record, search)) return
      const message = toMessage(partition, record, SHOWN_BYTES)
      found.push(message)
      foundBytes += textLength(message)
    },
  }
}

interface Stretch {
  readonly records: LogRecord[]
  readonly sizeBytes: number
  /** False: it was too large, or the time was over, before its end. */
  readonly whole: boolean
}

async function readStretch(fetch: FetchFrom, start: number, end: number, { untilMs, signal }: ScanLimits): Promise<Stretch> {
  const records: LogRecord[] = []
  let sizeBytes = 0
  for (let position = start; position < end;) {
    if (position > start && (sizeBytes >= MOST_STRETCH_BYTES || performance.now() >= untilMs)) return { records, sizeBytes, whole: false }
    signal.throwIfAborted()
    const { slice } = await fetch(position, FETCH_BYTES)
    if (slice === null) break
    for (const record of slice.records) {
      if (record.offset >= end) break
      records.push(record)
      sizeBytes += sizeOf(record)
    }
    position = slice.nextOffset
  }
  return { records, sizeBytes, whole: true }
}

function sizeOf({ key, value, headers }: LogRecord): number {
  return [key, value, ...headers.flat()].reduce((total, part) => total + (part?.length ?? 0), 0)
}

/** A stretch without messages is a hole: the next one may be as wide as any. */
function nextWidth(messages: number, sizeBytes: number, wanted: number): number {
  if (messages === 0) return MOST_STRETCH
  const fitting = Math.floor(STRETCH_BYTES / Math.max(1, sizeBytes / messages))
  return Math.max(1, Math.min(MOST_STRETCH, fitting, Math.max(FIRST_STRETCH, wanted)))
}
