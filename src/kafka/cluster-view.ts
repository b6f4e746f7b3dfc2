import { Admin } from '@platformatic/kafka'
import { impatientOptions } from './client.ts'
import type { KafkaConnection } from './client.ts'

export interface ClusterView {
  readonly id: string
  /** Those that serve, by their ids; where clients are told to reach them. */
  readonly brokers: readonly { readonly id: number, readonly host: string, readonly port: number }[]
  /** Of the topics that were asked for and exist: their partitions, in order. */
  readonly topics: ReadonlyMap<string, readonly PartitionView[]>
}

export interface PartitionView {
  /** A broker's id; null while none leads. */
  readonly leader: number | null
  readonly replicas: readonly number[]
  readonly inSyncReplicas: readonly number[]
}

/** What the brokers say of their cluster, asked anew. Rejects within seconds, with an error for `classifyKafka`. */
export async function readClusterView(connection: KafkaConnection, topics: readonly string[]): Promise<ClusterView> {
  const admin = new Admin(impatientOptions(connection))
  try {
    // A topic that isn't there would fail the whole question.
    const existing = new Set(topics.length === 0 ? [] : await admin.listTopics())
    const known = topics.filter((topic) => existing.has(topic))
    const metadata = await admin.metadata({ topics: known, forceUpdate: true })
    return {
      id: metadata.id,
      brokers: [...metadata.brokers].map(([id, { host, port }]) => ({ id, host, port })).toSorted((a, b) => a.id - b.id),
      topics: new Map(known.map((topic) => [topic, (metadata.topics.get(topic)?.partitions ?? []).map(({ leader, replicas, isr }) => ({
        leader: leader >= 0 ? leader : null, replicas, inSyncReplicas: isr,
      }))])),
    }
  } finally {
    await admin.close()
  }
}
