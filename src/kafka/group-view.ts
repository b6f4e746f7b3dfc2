import { Admin } from '@platformatic/kafka'
import { clientOptions } from './client.ts'
import type { KafkaConnection } from './client.ts'

export interface GroupView {
  /** Kafka's word: STABLE, EMPTY, DEAD (there is no such group), PREPARING_REBALANCE, COMPLETING_REBALANCE; in any case. */
  readonly state: string
  /** By client id, which is the consumer's own; its partitions of the topic. */
  readonly members: readonly { readonly clientId: string, readonly partitions: readonly number[] }[]
  /** Partition → the offset after the last that was committed. */
  readonly committed: ReadonlyMap<number, number>
}

/** A group's state, members and committed offsets of one topic. Rejects within seconds, with an error for `classifyKafka`. */
export async function readGroupView(connection: KafkaConnection, group: string, topic: string): Promise<GroupView> {
  const admin = new Admin({ ...clientOptions(connection), retries: 2 })
  try {
    const [described, offsets] = await Promise.all([
      admin.describeGroups({ groups: [group] }), admin.listConsumerGroupOffsets({ groups: [group] }),
    ])
    const found = described.get(group)
    const committed = offsets.find(({ groupId }) => groupId === group)?.topics.find(({ name }) => name === topic)?.partitions ?? []
    return {
      state: found?.state ?? 'DEAD',
      members: [...found?.members.values() ?? []].map(({ clientId, assignments }) => ({
        clientId, partitions: (assignments?.get(topic)?.partitions ?? []).toSorted((a, b) => a - b),
      })).toSorted((a, b) => (a.clientId < b.clientId ? -1 : 1)),
      committed: new Map(committed.filter(({ committedOffset }) => committedOffset >= 0n)
        .map(({ partitionIndex, committedOffset }) => [partitionIndex, Number(committedOffset)])),
    }
  } finally {
    await admin.close()
  }
}
