import { Admin, findErrorBy } from '@platformatic/kafka'
import type { TopicSettings } from '../contract/topics.ts'
import { clientOptions } from './client.ts'
import type { KafkaConnection } from './client.ts'

/**
 * Creates the topics that are missing; those that exist are left as they are. Any number of processes may do it at once.
 * On a cluster with fewer brokers than the replication asks for, as many replicas as there are brokers are made.
 * Throws an error for `classifyKafka`. Returns the names of the topics it created.
 */
export async function ensureTopics(connection: KafkaConnection, topics: readonly TopicSettings[]): Promise<string[]> {
  // Callers try again; so that a wrong password or certificate is said after 5 s and not after 50.
  const admin = new Admin({ ...clientOptions(connection), retries: 20 })
  try {
    const existing = new Set(await admin.listTopics())
    const missing = topics.filter((topic) => !existing.has(topic.name))
    if (missing.length === 0) return []
    const { brokers } = await admin.metadata({ topics: [] })
    const created = await Promise.all(missing.map((topic) => createTopic(admin, topic, brokers.size)))
    return created.filter((name) => name !== null)
  } finally {
    await admin.close()
  }
}

async function createTopic(admin: Admin, topic: TopicSettings, brokers: number): Promise<string | null> {
  try {
    await admin.createTopics({
      topics: [{ topic: topic.name, partitions: topic.partitions, replicas: Math.min(topic.replication, brokers) }],
      configs: Object.entries(topic.configs).map(([name, value]) => ({ name, value })),
    })
    return topic.name
  } catch (error) {
    if (findErrorBy(error as Error, 'apiId', 'TOPIC_ALREADY_EXISTS') !== null) return null
    throw error
  }
}
