import { Admin, ConfigResourceTypes } from '@platformatic/kafka'
import { impatientOptions } from './client.ts'
import type { KafkaConnection } from './client.ts'

/** What these settings of a topic are, its own or inherited; absent: the broker doesn't know the name. Rejects with an error for `classifyKafka`. */
export async function readTopicConfigs(connection: KafkaConnection, topic: string, names: readonly string[]): Promise<Map<string, string>> {
  const admin = new Admin(impatientOptions(connection))
  try {
    const [found] = await admin.describeConfigs({
      resources: [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configurationKeys: [...names] }],
    })
    return new Map((found?.configs ?? []).map(({ name, value }) => [name, value ?? '']))
  } finally {
    await admin.close()
  }
}
