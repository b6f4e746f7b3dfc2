import { UnsupportedCompressionError } from '@platformatic/kafka'
import type { KafkaMessages } from '../contract/kafka-api.ts'
import { messageOf } from '../runtime/errors.ts'
import type { BrokerRequests } from './broker-requests.ts'
import { classifyKafka, isOffsetOutOfRange } from './errors.ts'
import { fetchOnce } from './fetch-once.ts'
import type { LogBounds } from './log-bounds.ts'
import { readBounds } from './log-bounds.ts'
import { readOffsets } from './log-offsets.ts'
import { mergeByTime } from './merge-by-time.ts'
import { scanBackward, scanForward } from './scan-partition.ts'
import type { FetchFrom, Scan } from './scan-partition.ts'
import type { TopicLayout, Topology } from './topology.ts'

/** Where to begin, in the partitions that are meant. Offsets outside a log mean its begin or end: it may have been shortened meanwhile. */
export type Start =
  | { readonly kind: 'last', readonly partitions: readonly number[] }
  /** From the first message on that isn't older, milliseconds since 1970. */
  | { readonly kind: 'time', readonly partitions: readonly number[], readonly timeMs: number }
  /** On from these offsets, or back from them; by partition. */
  | { readonly kind: 'after' | 'before', readonly offsets: ReadonlyMap<number, number> }

export interface BrowseLimits {
  /** Messages in the answer. */
  readonly most: number
  /** Text in the answer. */
  readonly mostBytes: number
  /** Messages that are looked at, over all partitions. */
  readonly mostSearched: number
  /** How long is looked for them. */
  readonly searchMs: number
}

/**
 * Reads a bounded number of messages, as no member of any group: it commits nothing. What can't be read of a partition is told as its
 * failure. Rejects with what nobody expected, and with the signal's reason soon after it is aborted.
 */
export async function browseLog(
  requests: BrokerRequests, topology: Topology, layout: TopicLayout, start: Start, search: string | null, limits: BrowseLimits,
  signal: AbortSignal,
): Promise<KafkaMessages> {
  const untilMs = performance.now() + limits.searchMs
  const bounds = await readBounds(requests, topology, layout)
  const starts = await startsOf(requests, topology, layout, start, bounds)
  const backward = start.kind === 'last' || start.kind === 'before'
  const scanLimits = {
    most: limits.most, mostBytes: limits.mostBytes, mostSearched: Math.ceil(limits.mostSearched / Math.max(1, starts.size)),
    search, untilMs, signal,
  }
  const scans = new Map<number, Scan>()
  const failures = new Map<number, string>()

  async function scan(partition: number): Promise<void> {
    const log = bounds.get(partition)
    const from = starts.get(partition)
    if (log === undefined || from === undefined) {
      failures.set(partition, 'its leader does not answer, or it has none')
      return
    }
    const fetch: FetchFrom = (offset, maxBytes) => fetchOnce(requests, topology, layout, partition, offset, maxBytes)
    try {
      scans.set(partition, backward ? await scanBackward(fetch, partition, log.first, from, scanLimits)
        : await scanForward(fetch, partition, from, log.end, scanLimits))
    } catch (error) {
      failures.set(partition, failureOf(error))
    }
  }

  await Promise.all(partitionsOf(start).map(scan))
  const { messages, reached } = mergeByTime(scans, backward, limits)
  const begun = new Map([...reached.keys()].map((partition) => [partition, starts.get(partition) ?? 0]))
  const [older, newer] = backward ? [reached, begun] : [begun, reached]
  const atEnd = [...reached].every(([partition, offset]) => (backward ? offset <= firstOf(bounds, partition) : offset >= endOf(bounds, partition)))
  return {
    topic: layout.topic, messages,
    older: [...older].some(([partition, offset]) => offset > firstOf(bounds, partition)) ? cursorOf(older) : null,
    newer: newer.size === 0 ? null : cursorOf(newer),
    searched: {
      messages: [...scans.values()].reduce((total, { searched }) => total + searched, 0), complete: atEnd || messages.length >= limits.most,
    },
    partitions: [...bounds].map(([partition, { first, end }]) => ({ partition, first_offset: first, end_offset: end })),
    failures: [...failures].sort(([a], [b]) => a - b).map(([partition, error]) => ({ partition, error })),
  }
}

function partitionsOf(start: Start): readonly number[] {
  return start.kind === 'last' || start.kind === 'time' ? start.partitions : [...start.offsets.keys()]
}

async function startsOf(
  requests: BrokerRequests, topology: Topology, layout: TopicLayout, start: Start, bounds: ReadonlyMap<number, LogBounds>,
): Promise<Map<number, number>> {
  // A partition that has nothing so new begins at its end.
  const wanted = start.kind === 'time' ? (await readOffsets(requests, topology, [layout], start.timeMs)).get(layout.topic)
    : start.kind === 'last' ? undefined : start.offsets
  return new Map(partitionsOf(start).flatMap((partition) => {
    const log = bounds.get(partition)
    if (log === undefined) return []
    return [[partition, Math.min(log.end, Math.max(log.first, wanted?.get(partition) ?? log.end))] as const]
  }))
}

function firstOf(bounds: ReadonlyMap<number, LogBounds>, partition: number): number {
  return bounds.get(partition)?.first ?? 0
}

function endOf(bounds: ReadonlyMap<number, LogBounds>, partition: number): number {
  return bounds.get(partition)?.end ?? 0
}

/** Why a partition can't be read, or throws what nobody expected. */
function failureOf(error: unknown): string {
  if (isOffsetOutOfRange(error)) return 'the log was shortened meanwhile'
  const known = error instanceof UnsupportedCompressionError || classifyKafka(error) !== 'crash'
  if (!known) throw error
  return messageOf(error)
}

/** `0:120,1:33` */
export function cursorOf(offsets: ReadonlyMap<number, number>): string {
  return [...offsets].sort(([a], [b]) => a - b).map(([partition, offset]) => `${partition}:${offset}`).join(',')
}

/** Null where the text is no cursor. */
export function parseCursor(text: string): Map<number, number> | null {
  if (!/^\d{1,6}:\d{1,15}(,\d{1,6}:\d{1,15})*$/.test(text)) return null
  return new Map(text.split(',').map((part) => part.split(':').map(Number) as [number, number]))
}
