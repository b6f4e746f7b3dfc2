import type { BrokerAddress, BrokerRequests } from './broker-requests.ts'

/** Who keeps what, as the cluster tells it now. */
export interface Topology {
  readonly clusterId: string | null
  /** In a cluster of KRaft this is any broker, in one of ZooKeeper the controller. */
  readonly controllerId: number | null
  /** Those that serve. */
  readonly brokers: ReadonlyMap<number, BrokerAddress & { readonly rack: string | null }>
  /** All of them, Kafka's own too, by name. */
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

/** Rejects with an error for `classifyKafka` when no broker answers. A partition without a leader is told as such. */
export async function readTopology(requests: BrokerRequests): Promise<Topology> {
  const answer = await requests.askAny('Metadata', null, false, false)
  const brokers = new Map(answer.brokers.map(({ nodeId, host, port, rack }) => [nodeId, { host, port, rack: rack ?? null }]))
  requests.learn(brokers.values())
  const topics = answer.topics.flatMap(({ name, topicId, isInternal, partitions }): TopicLayout[] => (name === null || name === undefined ? [] : [{
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
