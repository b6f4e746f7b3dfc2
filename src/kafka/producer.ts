import { Producer } from '@platformatic/kafka'
import type { MessageToProduce } from '@platformatic/kafka'
import { clientOptions } from './client.ts'
import type { KafkaConnection } from './client.ts'
import { partitionCountOf, partitionOfKey } from './topic-partitions.ts'

export interface OutgoingMessage {
  readonly topic: string
  readonly key?: Buffer | null
  readonly value?: Buffer | null
  readonly headers?: readonly (readonly [name: Buffer, value: Buffer | null])[]
  /** Chosen by the key's hash where it isn't given, as Java's clients do; in turn where there is no key. */
  readonly partition?: number
}

export interface KafkaProducer {
  /**
   * Resolves when all messages are acknowledged by all replicas in sync. Rejects with an error for `classifyKafka`; then some
   * may have been written all the same. Messages of one partition keep their order within a call, and between calls that wait
   * for each other. One call is one batch per partition: keep it below the topic's `max.message.bytes`.
   */
  send(messages: readonly OutgoingMessage[]): Promise<void>
  close(): Promise<void>
}

/** An idempotent producer: a retry inside `send` never writes a message twice. */
export function createKafkaProducer(connection: KafkaConnection): KafkaProducer {
  const producer = new Producer<Buffer, Buffer, Buffer, Buffer>({ ...clientOptions(connection), idempotent: true, acks: -1 })
  let turn = 0

  function partitionOf(message: OutgoingMessage, count: number): number {
    if (message.partition !== undefined) return message.partition
    if (message.key === undefined || message.key === null) return turn++ % count
    return partitionOfKey(message.key, count)
  }

  return {
    async send(messages) {
      // The client sends what had one leader together for ever, also when an election has given the partitions two; so one call each.
      const counts = new Map<string, number>()
      const byPartition = new Map<string, MessageToProduce[]>()
      for (const message of messages) {
        let count = counts.get(message.topic)
        if (count === undefined) counts.set(message.topic, count = partitionCountOf(await producer.metadata({ topics: [message.topic] }), message.topic))
        const partition = partitionOf(message, count)
        const destination = `${message.topic}/${partition}`
        let group = byPartition.get(destination)
        if (group === undefined) byPartition.set(destination, group = [])
        group.push(toClient(message, partition))
      }
      await settleAll([...byPartition.values()].map((group) => producer.send({ messages: group, acks: -1, idempotent: true })))
    },
    close: () => producer.close(true),
  }
}

function toClient(message: OutgoingMessage, partition: number): MessageToProduce {
  return {
    topic: message.topic, partition,
    ...(message.key === undefined || message.key === null ? {} : { key: message.key }),
    ...(message.value === undefined || message.value === null ? {} : { value: message.value }),
    // A header without a value is sent as such, though the client's types don't know of it.
    ...(message.headers === undefined ? {} : { headers: new Map(message.headers as readonly (readonly [Buffer, Buffer])[]) }),
  }
}

/** Waits for all, so that nothing is in flight any more when the first failure is thrown. */
async function settleAll(sends: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(sends)
  const failed = results.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
