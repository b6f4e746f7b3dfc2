import type { BrokerRequests } from './broker-requests.ts'
import type { Topology } from './topology.ts'

/** What the logs of one broker take on its disk. */
export interface LogSizes {
  readonly totalBytes: number
  /** By topic and partition. */
  readonly partitions: ReadonlyMap<string, ReadonlyMap<number, number>>
}

/** By the broker's id; one that doesn't answer, or doesn't let us see it, is missing. Never rejects. */
export async function readLogSizes(requests: BrokerRequests, { brokers }: Topology): Promise<ReadonlyMap<number, LogSizes>> {
  const sizes = new Map<number, LogSizes>()
  await Promise.allSettled([...brokers].map(async ([id, broker]) => {
    const answer = await requests.ask(broker, 'DescribeLogDirs', null)
    const dirs = answer.results.filter(({ errorCode }) => errorCode === 0)
    if (dirs.length === 0) return
    const partitions = new Map<string, Map<number, number>>()
    let totalBytes = 0
    for (const { name, partitions: ofTopic } of dirs.flatMap(({ topics }) => topics)) {
      const known = partitions.get(name) ?? new Map<number, number>()
      partitions.set(name, known)
      for (const { partitionIndex, partitionSize, isFutureKey } of ofTopic) {
        totalBytes += Number(partitionSize)
        // The copy that is being moved to another disk isn't the one that is read.
        if (!isFutureKey) known.set(partitionIndex, Number(partitionSize))
      }
    }
    sizes.set(id, { totalBytes, partitions })
  }))
  return sizes
}
