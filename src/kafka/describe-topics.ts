import type { KafkaTopic } from '../contract/kafka-api.ts'
import type { BrokerRequests } from './broker-requests.ts'
import { EARLIEST, LATEST, readOffsets } from './log-offsets.ts'
import type { LogSizes } from './log-sizes.ts'
import { readTopicConfigs } from './topic-configs.ts'
import type { TopicLayout, Topology } from './topology.ts'

const CONFIGS = ['retention.ms', 'retention.bytes', 'min.insync.replicas', 'max.message.bytes', 'cleanup.policy']

/** All topics with their settings and partitions: `first` these, Kafka's own last. Never rejects: what can't be learned is null. */
export async function describeTopics(
  requests: BrokerRequests, topology: Topology, sizes: ReadonlyMap<number, LogSizes>, first: readonly string[],
): Promise<KafkaTopic[]> {
  const rank = ({ topic, internal }: TopicLayout): number => (internal ? first.length + 1 : first.includes(topic) ? first.indexOf(topic) : first.length)
  const topics = [...topology.topics.values()].sort((a, b) => rank(a) - rank(b))
  const [begin, end, configs] = await Promise.all([
    readOffsets(requests, topology, topics, EARLIEST), readOffsets(requests, topology, topics, LATEST),
    readTopicConfigs(requests, topics.map(({ topic }) => topic), CONFIGS).catch(() => new Map<string, ReadonlyMap<string, string>>()),
  ])
  return topics.map((layout) => {
    const partitions = layout.partitions.map(({ partition, leader, replicas, inSyncReplicas }) => {
      const firstOffset = begin.get(layout.topic)?.get(partition) ?? null
      const endOffset = end.get(layout.topic)?.get(partition) ?? null
      return {
        partition, leader, replicas: [...replicas], in_sync_replicas: [...inSyncReplicas], first_offset: firstOffset, end_offset: endOffset,
        messages: firstOffset === null || endOffset === null ? null : Math.max(0, endOffset - firstOffset),
        size_bytes: leader === null ? null : sizes.get(leader)?.partitions.get(layout.topic)?.get(partition) ?? null,
      }
    })
    const config = configs.get(layout.topic)
    return {
      topic: layout.topic, topic_id: layout.topicId, internal: layout.internal,
      replication: Math.max(0, ...partitions.map(({ replicas }) => replicas.length)),
      messages: sum(partitions.map(({ messages }) => messages)), size_bytes: sum(partitions.map(({ size_bytes: size }) => size)),
      retention_ms: numberOf(config, 'retention.ms'), retention_bytes: numberOf(config, 'retention.bytes'),
      min_in_sync_replicas: numberOf(config, 'min.insync.replicas'), max_message_bytes: numberOf(config, 'max.message.bytes'),
      cleanup_policy: config?.get('cleanup.policy') ?? null,
      partitions,
    }
  })
}

function numberOf(config: ReadonlyMap<string, string> | undefined, name: string): number | null {
  const value = config?.get(name)
  return value === undefined ? null : Number(value)
}

/** Null as soon as one is not known: part of a sum would look like all of it. */
export function sum(parts: readonly (number | null)[]): number | null {
  return parts.reduce((total, part) => (total === null || part === null ? null : total + part), 0 as number | null)
}
