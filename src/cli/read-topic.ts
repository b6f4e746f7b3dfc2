import type { KafkaConnection } from '../kafka/client.ts'
import { createTopicReader } from '../kafka/topic-reader.ts'
import type { PartitionState } from '../kafka/topic-reader.ts'
import { classifyKafka } from '../kafka/errors.ts'
import { ExitError, messageOf } from '../runtime/errors.ts'

/** The partitions of a topic as the cluster tells them now, none where there is no such topic. Throws an `ExitError` when Kafka doesn't answer. */
export async function readTopic(connection: KafkaConnection, topic: string): Promise<readonly PartitionState[]> {
  const reader = createTopicReader(connection, topic)
  try {
    return await reader.read()
  } catch (error) {
    if (classifyKafka(error) === 'crash') throw error
    throw new ExitError(`Kafka doesn't answer: ${messageOf(error)}`)
  } finally {
    await reader.close()
  }
}
