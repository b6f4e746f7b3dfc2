import { randomBytes } from 'node:crypto'
import { Admin, findErrorBy } from '@platformatic/kafka'
import { impatientOptions } from './client.ts'
import type { KafkaConnection } from './client.ts'

/** So that whoever finds one knows what it was for. */
const PREFIX = 'temporary-check-'

export interface TemporaryTopics {
  /** Makes a topic that no other program knows; `replicas` are the brokers' ids by partition, each one's leader first. Returns its name. */
  create(connection: KafkaConnection, replicas: readonly (readonly number[])[], configs: Readonly<Record<string, string>>): Promise<string>
  /** Deletes all that were made, also those whose making was not answered. Safe to call twice. Rejects with an error for `classifyKafka`. */
  removeAll(): Promise<void>
}

export function createTemporaryTopics(): TemporaryTopics {
  const made = new Map<string, KafkaConnection>()
  return {
    async create(connection, replicas, configs) {
      const name = PREFIX + randomBytes(6).toString('hex')
      made.set(name, connection)
      await ask(connection, (admin) => admin.createTopics({
        topics: [{ topic: name, assignments: replicas.map((brokers, partition) => ({ partition, brokers: [...brokers] })) }],
        configs: Object.entries(configs).map(([config, value]) => ({ name: config, value })),
      }))
      return name
    },
    async removeAll() {
      for (const [name, connection] of made) {
        await ask(connection, (admin) => deleteTopic(admin, name))
        made.delete(name)
      }
    },
  }
}

async function ask(connection: KafkaConnection, question: (admin: Admin) => Promise<unknown>): Promise<void> {
  const admin = new Admin(impatientOptions(connection))
  try {
    await question(admin)
  } finally {
    await admin.close()
  }
}

async function deleteTopic(admin: Admin, name: string): Promise<void> {
  try {
    await admin.deleteTopics({ topics: [name] })
  } catch (error) {
    if (findErrorBy(error as Error, 'apiId', 'UNKNOWN_TOPIC_OR_PARTITION') === null) throw error
  }
}
