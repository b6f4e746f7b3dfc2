import type { Address } from '../runtime/address.ts'
import type { BrokerRequests } from './broker-requests.ts'

/** Who keeps what, as the cluster tells it now. */
export interface Topology {
  readonly clusterId: string | null
  /** In a cluster of KRaft this is any broker, in one of ZooKeeper the controller. */
  readonly controllerId: number | null
  /** Those that serve, by their ids in order; where clients are told to reach them. */
  readonly brokers: ReadonlyMap<number, Address & { readonly rack: string | null }>
  /** Those that were asked for and exist, by name. */
  readonly topics: ReadonlyMap<string, TopicLayout>
}

export interface TopicLayout {
  readonly topic: string
  readonly topicId: string
  readonly internal: boolean
  readonly partitions: readonly PartitionLayout[]
}

export interface PartitionLayout {
  readonly partition: number
  /** A broker's id; null while none leads. */
  readonly leader: number | null
  readonly replicas: readonly number[]
  readonly inSyncReplicas: readonly number[]
}

/**
 * Null: all topics, Kafka's own too. Rejects with an error for `classifyKafka` when no broker answers. A partition without a leader is told
 * as such.
 */
export async function readTopology(requests: BrokerRequests, wanted: readonly string[] | null): Promise<Topology> {
  const answer = await requests.askAny('Metadata', wanted === null ? null : [...wanted], false, false)
  const brokers = new Map(answer.brokers.toSorted((a, b) => a.nodeId - b.nodeId)
    .map(({ nodeId, host, port, rack }) => [nodeId, { host, port, rack: rack ?? null }]))
  requests.learn(brokers.values())
  // One that isn't there is told without a partition.
  const found = answer.topics.filter(({ partitions }) => partitions.length > 0)
  const topics = found.flatMap(({ name, topicId, isInternal, partitions }): TopicLayout[] => (name === null || name === undefined ? [] : [{
    topic: name, topicId, internal: isInternal,
    partitions: partitions.toSorted((a, b) => a.partitionIndex - b.partitionIndex).map((each) => ({
      partition: each.partitionIndex, leader: brokers.has(each.leaderId) ? each.leaderId : null,
      replicas: each.replicaNodes, inSyncReplicas: each.isrNodes,
    })),
  }]))
  return {
    clusterId: answer.clusterId ?? null, controllerId: answer.controllerId < 0 ? null : answer.controllerId, brokers,
    topics: new Map(topics.toSorted((a, b) => (a.topic < b.topic ? -1 : 1)).map((topic) => [topic.topic, topic])),
  }
}
