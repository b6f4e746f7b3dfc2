import { Admin } from '@platformatic/kafka'
import { impatientOptions } from './client.ts'
import type { KafkaConnection } from './client.ts'

export interface GroupView {
  /** Kafka's word: STABLE, EMPTY, DEAD (there is no such group), PREPARING_REBALANCE, COMPLETING_REBALANCE; in any case. */
  readonly state: string
  /** By client id, which is the consumer's own; its partitions of the topic. */
  readonly members: readonly { readonly clientId: string, readonly partitions: readonly number[] }[]
}

/** A group's state, and its members' partitions of one topic. Rejects within seconds, with an error for `classifyKafka`. */
export async function readGroupView(connection: KafkaConnection, group: string, topic: string): Promise<GroupView> {
  const admin = new Admin(impatientOptions(connection))
  try {
    const found = (await admin.describeGroups({ groups: [group] })).get(group)
    return {
      state: found?.state ?? 'DEAD',
      members: [...found?.members.values() ?? []].map(({ clientId, assignments }) => ({
        clientId, partitions: (assignments?.get(topic)?.partitions ?? []).toSorted((a, b) => a - b),
      })).toSorted((a, b) => (a.clientId < b.clientId ? -1 : 1)),
    }
  } finally {
    await admin.close()
  }
}
