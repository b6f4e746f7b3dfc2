import { ProtocolError, UnsupportedApiError } from '@platformatic/kafka'
import type { KafkaCluster } from '../contract/kafka-api.ts'
import type { Answer, BrokerRequests } from './broker-requests.ts'

export type Quorum = NonNullable<KafkaCluster['quorum']>

const METADATA_LOG = { topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }

/**
 * What the controllers say of themselves; null for a cluster without a KRaft quorum. The controller that brokers name in their metadata is
 * only one of them that passes requests on. Rejects within seconds, with an error for `classifyKafka`.
 */
export async function readQuorum(requests: BrokerRequests): Promise<Quorum | null> {
  const answer = await askForQuorum(requests)
  const quorum = answer?.topics[0]?.partitions[0]
  const errorCode = answer?.errorCode || quorum?.errorCode
  if (errorCode) throw new ProtocolError(errorCode)
  if (quorum === undefined) return null
  const leaderEnd = quorum.currentVoters.find(({ replicaId }) => replicaId === quorum.leaderId)?.logEndOffset
  return {
    leader_id: quorum.leaderId, leader_epoch: quorum.leaderEpoch, high_watermark: Number(quorum.highWatermark),
    voters: quorum.currentVoters.toSorted((a, b) => a.replicaId - b.replicaId).map(({ replicaId, logEndOffset, lastCaughtUpTimestamp }) => ({
      node_id: replicaId,
      log_end_offset: logEndOffset < 0n ? null : Number(logEndOffset),
      lag: logEndOffset < 0n || leaderEnd === undefined ? null : Math.max(0, Number(leaderEnd - logEndOffset)),
      caught_up_at: lastCaughtUpTimestamp <= 0n ? null : new Date(Number(lastCaughtUpTimestamp)).toISOString(),
    })),
  }
}

async function askForQuorum(requests: BrokerRequests): Promise<Answer<'DescribeQuorum'> | null> {
  try {
    return await requests.askAny('DescribeQuorum', [METADATA_LOG])
  } catch (error) {
    if (error instanceof UnsupportedApiError) return null
    throw error
  }
}
