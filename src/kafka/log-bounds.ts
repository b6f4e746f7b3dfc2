import type { BrokerRequests } from './broker-requests.ts'
import { EARLIEST, LATEST, readOffsets } from './log-offsets.ts'
import type { TopicLayout, Topology } from './topology.ts'

/** The offsets that a partition holds now: from `first` up to, not including, `end`. */
export interface LogBounds {
  readonly first: number
  readonly end: number
}

/** By partition; one whose leader doesn't answer is missing. Never rejects. */
export async function readBounds(requests: BrokerRequests, topology: Topology, layout: TopicLayout): Promise<Map<number, LogBounds>> {
  const [earliest, latest] = await Promise.all([
    readOffsets(requests, topology, [layout], EARLIEST), readOffsets(requests, topology, [layout], LATEST),
  ])
  const [firsts, ends] = [earliest.get(layout.topic), latest.get(layout.topic)]
  return new Map(layout.partitions.flatMap(({ partition }) => {
    const [first, end] = [firsts?.get(partition), ends?.get(partition)]
    return first === undefined || end === undefined ? [] : [[partition, { first, end }] as const]
  }))
}
