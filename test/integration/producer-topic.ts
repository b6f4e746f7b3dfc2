import { Consumer, ListOffsetTimestamps, MessagesStreamModes } from '@platformatic/kafka'
import { randomUUID } from 'node:crypto'

export interface TopicMessage {
  readonly partition: number
  readonly offset: number
  readonly key: string | null
  readonly value: Buffer
}

/** Every message that the topic holds now, in the order of each partition's offsets. */
export async function readTopic(brokers: readonly string[], topic: string, partitions = 3): Promise<TopicMessage[]> {
  const consumer = new Consumer({ clientId: 'test-reader', groupId: randomUUID(), bootstrapBrokers: [...brokers], retries: 60, retryDelay: 250 })
  try {
    const ends = await endOffsets(consumer, topic, partitions)
    const messages: TopicMessage[] = []
    const next = ends.map(() => 0)
    const unread = (): boolean => ends.some((end, partition) => (next[partition] as number) < end)
    if (!unread()) return []
    const stream = await consumer.consume({ topics: [topic], mode: MessagesStreamModes.EARLIEST, autocommit: false, maxWaitTime: 100 })
    for await (const message of stream) {
      const offset = Number(message.offset)
      next[message.partition] = offset + 1
      if (offset < (ends[message.partition] as number)) {
        messages.push({ partition: message.partition, offset, key: message.key?.toString() ?? null, value: message.value })
      }
      if (!unread()) break
    }
    return messages
  } finally {
    await consumer.close(true)
  }
}

async function endOffsets(consumer: Consumer, topic: string, partitions: number): Promise<number[]> {
  const offsets = await consumer.listOffsets({
    topics: [topic], partitions: { [topic]: Array.from({ length: partitions }, (_, index) => index) }, timestamp: ListOffsetTimestamps.LATEST,
  })
  return (offsets.get(topic) ?? []).map(Number)
}
