import { Admin, describeQuorumV0, describeQuorumV1, describeQuorumV2 } from '@platformatic/kafka'
import type { Connection } from '@platformatic/kafka'
import { impatientOptions } from './client.ts'
import type { KafkaConnection } from './client.ts'

export interface Quorum {
  /** The active controller's node id; null while none is elected. */
  readonly leader: number | null
  /** The controllers that elect it. */
  readonly voters: readonly {
    readonly id: number
    /** How long ago it had all that the leader had, milliseconds; null: never since the leader was elected. */
    readonly behindMs: number | null
  }[]
}

const VERSIONS = [describeQuorumV0, describeQuorumV1, describeQuorumV2]
const METADATA_LOG = { topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }

/**
 * What the controllers say of themselves; null for a cluster without a KRaft quorum. The controller that brokers name in their metadata is
 * only one of them that passes requests on. Rejects within seconds, with an error for `classifyKafka`.
 */
export async function readQuorum(connection: KafkaConnection): Promise<Quorum | null> {
  const admin = new Admin(impatientOptions(connection))
  try {
    const range = (await admin.listApis()).find(({ name }) => name === 'DescribeQuorum')
    const version = VERSIONS[Math.min(range?.maxVersion ?? -1, VERSIONS.length - 1)]
    if (version === undefined) return null
    const partition = (await version.api.async(await connectToAny(admin), [METADATA_LOG])).topics[0]?.partitions[0]
    const voters = partition?.currentVoters ?? []
    // The leader's own is the time of the answer, by the clock that the others were measured by.
    const now = voters.find(({ replicaId }) => replicaId === partition?.leaderId)?.lastCaughtUpTimestamp ?? 0n
    return {
      leader: partition === undefined || partition.leaderId < 0 ? null : partition.leaderId,
      voters: voters.map(({ replicaId: id, lastCaughtUpTimestamp: last }) => ({ id, behindMs: last < 0n ? null : Math.max(0, Number(now - last)) }))
        .toSorted((a, b) => a.id - b.id),
    }
  } finally {
    await admin.close()
  }
}

/** Each broker passes the question on to the leader; one that has just died may still be in the metadata. */
async function connectToAny(admin: Admin): Promise<Connection> {
  let failure: unknown = new TypeError('no broker (reading \'host\') to ask')
  for (const id of (await admin.metadata({ topics: [] })).brokers.keys()) {
    try {
      const connection = (await admin.connectToBrokers([id])).get(id)
      if (connection !== undefined) return connection
    } catch (error) {
      failure = error
    }
  }
  throw failure
}
