import { Admin, Consumer } from '@platformatic/kafka'
import { clientOptions } from './client.ts'
import type { KafkaConnection } from './client.ts'

export interface PartitionState {
  readonly partition: number
  /** One after the last record; null while no broker can say. */
  readonly logEndOffset: number | null
  /** A broker's id; null while none leads. */
  readonly leader: number | null
  readonly replicas: readonly number[]
  readonly inSyncReplicas: readonly number[]
}

export interface TopicReader {
  /** Leaders, replicas and end offsets of the topic's partitions, as the cluster tells them now. */
  read(): Promise<readonly PartitionState[]>
  close(): Promise<void>
}

const LATEST = -1n

/** The ids of the brokers that serve. Rejects within seconds where they don't answer, or don't let us in. */
export async function askForBrokers(connection: KafkaConnection): Promise<number[]> {
  const admin = new Admin({ ...clientOptions(connection), retries: 2 })
  try {
    return [...(await admin.metadata({ topics: [] })).brokers.keys()]
  } finally {
    await admin.close()
  }
}

export function createTopicReader(connection: KafkaConnection, topic: string): TopicReader {
  const options = { ...clientOptions(connection), retries: 2 }
  const admin = new Admin(options)
  const offsets = new Consumer({ ...options, groupId: `${connection.clientId}-reads`, autocommit: false })
  return {
    async read() {
      const metadata = await admin.metadata({ topics: [topic], forceUpdate: true })
      const partitions = metadata.topics.get(topic)?.partitions ?? []
      const led = partitions.flatMap(({ leader }, partition) => (leader >= 0 ? [partition] : []))
      const ends = led.length === 0 ? undefined
        : (await offsets.listOffsets({ topics: [topic], partitions: { [topic]: led }, timestamp: LATEST })).get(topic)
      return partitions.map(({ leader, replicas, isr }, partition) => ({
        partition, leader: leader >= 0 ? leader : null, replicas, inSyncReplicas: isr,
        logEndOffset: ends?.[partition] === undefined ? null : Number(ends[partition]),
      }))
    },
    async close() {
      await Promise.all([admin.close(), offsets.close(true)])
    },
  }
}
