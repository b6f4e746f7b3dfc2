import { createBrokerRequests } from './broker-requests.ts'
import type { KafkaConnection } from './client.ts'
import { LATEST, readOffsets } from './log-offsets.ts'
import { readTopology } from './topology.ts'
import type { PartitionLayout } from './topology.ts'

export interface PartitionState extends PartitionLayout {
  /** One after the last record; null while no broker can say. */
  readonly logEndOffset: number | null
}

export interface TopicReader {
  /** Leaders, replicas and end offsets of the topic's partitions, as the cluster tells them now; none where there is no such topic. */
  read(): Promise<readonly PartitionState[]>
  close(): Promise<void>
}

/** Reads for as long as it isn't closed. Rejects within seconds, with an error for `classifyKafka`, when no broker answers. */
export function createTopicReader(connection: KafkaConnection, topic: string): TopicReader {
  const requests = createBrokerRequests(connection)
  return {
    async read() {
      const topology = await readTopology(requests, [topic])
      const layout = topology.topics.get(topic)
      if (layout === undefined) return []
      const ends = (await readOffsets(requests, topology, [layout], LATEST)).get(topic)
      return layout.partitions.map((each) => ({ ...each, logEndOffset: ends?.get(each.partition) ?? null }))
    },
    close: () => requests.close(),
  }
}
