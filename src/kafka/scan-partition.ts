import type { KafkaMessage } from '../contract/kafka-api.ts'
import type { Fetched } from './fetch-once.ts'
import type { LogRecord } from './log-slice.ts'
import { SHOWN_BYTES, contains, toMessage } from './message-bytes.ts'

/** What may be read of one partition for one question. */
export interface ScanLimits {
  /** Stop when so many were found. */
  readonly most: number
  /** Null: every message counts. */
  readonly search: string | null
  /** Messages that are looked at. */
  readonly mostSearched: number
  /** By `performance.now()`; what is being read then is brought to its end. */
  readonly untilMs: number
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
const MOST_STRETCH = 5_000
/** Of messages whose size isn't known yet: each may have 4 MB. */
const FIRST_STRETCH = 10

/** Reads on from `start` up to, not including, `end`. */
export async function scanForward(fetch: FetchFrom, partition: number, start: number, end: number, limits: ScanLimits): Promise<Scan> {
  const found: KafkaMessage[] = []
  let position = start
  let searched = 0
  while (position < end && found.length < limits.most && searched < limits.mostSearched && (position === start || performance.now() < limits.untilMs)) {
    const { slice } = await fetch(position, FETCH_BYTES)
    // Nothing more although the log goes on: it ends with a hole.
    if (slice === null) return { found, searched, position: end }
    for (const record of slice.records) {
      if (record.offset >= end || found.length >= limits.most) break
      position = record.offset + 1
      searched++
      if (matches(record, limits.search)) found.push(toMessage(partition, record, SHOWN_BYTES))
    }
    if (found.length < limits.most) position = Math.min(end, slice.nextOffset)
  }
  return { found, searched, position }
}

/** Reads what lies before `end`, down to `start`, the newest first. */
export async function scanBackward(fetch: FetchFrom, partition: number, start: number, end: number, limits: ScanLimits): Promise<Scan> {
  const stretches: KafkaMessage[][] = []
  let found = 0
  let searched = 0
  let position = end
  let width = FIRST_STRETCH
  while (position > start && found < limits.most && searched < limits.mostSearched && (position === end || performance.now() < limits.untilMs)) {
    const stretch = await readStretch(fetch, partition, Math.max(start, position - width), position, limits.search)
    const kept = stretch.found.slice(-(limits.most - found))
    // More were found than are wanted: those left out are read again, as what lies before.
    const first = kept.length < stretch.found.length ? kept[0]?.offset : undefined
    position = first ?? Math.max(start, position - width)
    stretches.push(kept)
    found += kept.length
    searched += stretch.searched
    width = nextWidth(stretch, limits.search === null ? limits.most - found : MOST_STRETCH)
  }
  return { found: stretches.reverse().flat(), searched, position }
}

interface Stretch {
  readonly found: readonly KafkaMessage[]
  readonly searched: number
  readonly sizeBytes: number
}

async function readStretch(fetch: FetchFrom, partition: number, start: number, end: number, search: string | null): Promise<Stretch> {
  const found: KafkaMessage[] = []
  let searched = 0
  let sizeBytes = 0
  for (let position = start; position < end;) {
    const { slice } = await fetch(position, FETCH_BYTES)
    if (slice === null) break
    for (const record of slice.records) {
      if (record.offset >= end) break
      searched++
      sizeBytes += (record.value?.length ?? 0) + (record.key?.length ?? 0)
      if (matches(record, search)) found.push(toMessage(partition, record, SHOWN_BYTES))
    }
    position = slice.nextOffset
  }
  return { found, searched, sizeBytes }
}

/** A stretch without messages is a hole: the next one may be as wide as any. */
function nextWidth({ searched, sizeBytes }: Stretch, wanted: number): number {
  if (searched === 0) return MOST_STRETCH
  const fitting = Math.floor(STRETCH_BYTES / Math.max(1, sizeBytes / searched))
  return Math.max(1, Math.min(MOST_STRETCH, fitting, Math.max(FIRST_STRETCH, wanted)))
}

function matches(record: LogRecord, search: string | null): boolean {
  return search === null || contains(record, search)
}
