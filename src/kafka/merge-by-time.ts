import type { KafkaMessage } from '../contract/kafka-api.ts'
import { textLength } from './message-bytes.ts'
import type { Scan } from './scan-partition.ts'

export interface Merged {
  /** Oldest first when read forward, newest first when read backward. */
  readonly messages: KafkaMessage[]
  /** By partition, how far this is what the log holds: forward one after the last offset, backward the first one. */
  readonly reached: ReadonlyMap<number, number>
}

/**
 * Puts what was found in several partitions into one order of time, and takes of it what an answer may hold; one message at least. Within
 * a partition the order stays that of the offsets, whatever the times say, so that what is left out can be read on from one offset.
 */
export function mergeByTime(
  scans: ReadonlyMap<number, Scan>, backward: boolean, limits: { readonly most: number, readonly mostBytes: number },
): Merged {
  const waiting = new Map([...scans].map(([partition, { found }]) => [partition, backward ? found.toReversed() : [...found]]))
  const messages: KafkaMessage[] = []
  let sizeBytes = 0
  while (messages.length < limits.most && (messages.length === 0 || sizeBytes < limits.mostBytes)) {
    const heads = [...waiting.values()].flatMap((queue) => queue[0] ?? [])
    if (heads.length === 0) break
    const next = heads.reduce((best, head) => ((backward ? head.timestamp > best.timestamp : head.timestamp < best.timestamp) ? head : best))
    messages.push(next)
    sizeBytes += textLength(next)
    waiting.get(next.partition)?.shift()
  }
  return {
    messages,
    reached: new Map([...scans].map(([partition, { position }]) => {
      const left = waiting.get(partition)?.[0]
      return [partition, left === undefined ? position : backward ? left.offset + 1 : left.offset]
    })),
  }
}
