import { parseCursor } from '../kafka/browse-log.ts'
import type { Start } from '../kafka/browse-log.ts'
import type { TopicLayout } from '../kafka/topology.ts'
import { RequestError } from './request-error.ts'

interface MessageQuestion {
  readonly partition?: number
  readonly last?: number
  readonly offset?: number
  readonly time?: string
  readonly after?: string
  readonly before?: string
  readonly limit?: number
}

const STARTS = ['last', 'offset', 'time', 'after', 'before'] as const

/** Where to begin reading. Throws a `RequestError` that says what is allowed. */
export function readStart(layout: TopicLayout, question: MessageQuestion): Start {
  const given = STARTS.filter((name) => question[name] !== undefined)
  if (given.length > 1) throw new RequestError(400, `${given.join(' and ')} exclude each other; give one of ${STARTS.join(', ')}`)
  if (question.last !== undefined && question.limit !== undefined) throw new RequestError(400, 'last is a limit itself; leave limit out')
  const { partition, offset, time } = question
  const partitions = readPartitions(layout, partition ?? null)
  if (offset !== undefined) {
    if (partition === undefined) throw new RequestError(400, `offset needs partition, one of ${allowed(layout)}`)
    return { kind: 'after', offsets: new Map([[partition, offset]]) }
  }
  if (time !== undefined) return { kind: 'time', partitions, timeMs: readTime(time) }
  for (const kind of ['after', 'before'] as const) {
    if (question[kind] !== undefined) return { kind, offsets: readCursor(layout, kind, question[kind]) }
  }
  return { kind: 'last', partitions }
}

/** The partition asked for, or all of them. Throws a `RequestError` when there is none of this number. */
export function readPartitions(layout: TopicLayout, partition: number | null): number[] {
  const known = layout.partitions.map((each) => each.partition)
  if (partition === null) return known
  if (!known.includes(partition)) throw new RequestError(404, `${layout.topic} has no partition ${partition}; it has ${allowed(layout)}`)
  return [partition]
}

function readTime(time: string): number {
  const timeMs = Date.parse(time)
  // A second of 60 is in the standard, and in no Date.
  if (Number.isNaN(timeMs)) throw new RequestError(400, `time must be ISO 8601, such as 2026-01-31T12:00:00Z`)
  return Math.max(0, timeMs)
}

/** Offsets by partition, as an answer tells them. Throws a `RequestError` when they are none of the topic. */
export function readCursor(layout: TopicLayout, name: string, text: string): Map<number, number> {
  const offsets = parseCursor(text)
  if (offsets === null) throw new RequestError(400, `${name} must be partitions with offsets, such as 0:120,1:33`)
  for (const partition of offsets.keys()) readPartitions(layout, partition)
  return offsets
}

function allowed({ partitions }: TopicLayout): string {
  const numbers = partitions.map(({ partition }) => partition)
  return numbers.length < 4 ? numbers.join(', ') : `${numbers[0]} to ${numbers.at(-1)}`
}
