import { compatibilityPartitioner } from '@platformatic/kafka'
import type { ClusterMetadata, MessageToProduce } from '@platformatic/kafka'

/** Throws an error that `classifyKafka` takes for metadata that isn't there yet. */
export function partitionCountOf({ topics }: ClusterMetadata, topic: string): number {
  const count = topics.get(topic)?.partitionsCount
  if (count === undefined) throw new TypeError(`no partitions (reading 'partitionsCount') of ${topic}`)
  return count
}

/** The partition of a key, as Java's clients choose it. */
export function partitionOfKey(key: Buffer, partitions: number): number {
  return compatibilityPartitioner({} as MessageToProduce, key) % partitions
}
