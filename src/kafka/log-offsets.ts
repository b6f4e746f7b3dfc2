import type { BrokerRequests } from './broker-requests.ts'
import type { TopicLayout, Topology } from './topology.ts'

/** Offsets by topic and partition; a partition whose leader doesn't answer is missing. */
export type Offsets = ReadonlyMap<string, ReadonlyMap<number, number>>

export const EARLIEST = -2
export const LATEST = -1

/**
 * Where the partitions of these topics begin (EARLIEST), end (LATEST), or have their first message that isn't older than a time,
 * milliseconds since 1970. A partition that has no message so new is missing. Never rejects.
 */
export async function readOffsets(requests: BrokerRequests, topology: Topology, topics: Iterable<TopicLayout>, timeMs: number): Promise<Offsets> {
  const byLeader = new Map<number, { name: string, partitions: { partitionIndex: number, currentLeaderEpoch: number, timestamp: bigint }[] }[]>()
  for (const { topic, partitions } of topics) {
    for (const [leader, led] of Map.groupBy(partitions, (each) => each.leader)) {
      if (leader === null) continue
      const questions = led.map(({ partition }) => ({ partitionIndex: partition, currentLeaderEpoch: -1, timestamp: BigInt(timeMs) }))
      byLeader.set(leader, [...byLeader.get(leader) ?? [], { name: topic, partitions: questions }])
    }
  }
  const offsets = new Map<string, Map<number, number>>()
  await Promise.allSettled([...byLeader].map(async ([leader, questions]) => {
    const broker = topology.brokers.get(leader)
    if (broker === undefined) return
    // Read uncommitted: the end of what is there, also while a transaction is open.
    for (const { name, partitions } of (await requests.ask(broker, 'ListOffsets', -1, 0, questions)).topics) {
      for (const { partitionIndex, errorCode, offset } of partitions) {
        if (errorCode !== 0 || offset < 0n) continue
        let ofTopic = offsets.get(name)
        if (ofTopic === undefined) offsets.set(name, ofTopic = new Map<number, number>())
        ofTopic.set(partitionIndex, Number(offset))
      }
    }
  }))
  return offsets
}
