import { ProtocolError } from '@platformatic/kafka'
import type { BrokerRequests } from './broker-requests.ts'
import { NoLeaderError } from './errors.ts'
import { toSlice } from './log-slice.ts'
import type { LogSlice } from './log-slice.ts'
import type { TopicLayout, Topology } from './topology.ts'

export interface Fetched {
  /** Null: the log ends at the offset. */
  readonly slice: LogSlice | null
  /** One after the last message that all replicas in sync have. */
  readonly endOffset: number
}

/** Sessions are for those who come back for more. */
const NO_SESSION = { id: 0, epoch: -1 }

/**
 * One fetch from one partition, without waiting for messages that aren't there yet. Open transactions are read too: what is in the log
 * is shown. Brings one batch at least, however large. Rejects with an error for `classifyKafka`.
 */
export async function fetchOnce(
  requests: BrokerRequests, { brokers }: Topology, { topic, topicId, partitions }: TopicLayout, partition: number, offset: number, maxBytes: number,
): Promise<Fetched> {
  const leader = partitions.find((each) => each.partition === partition)?.leader
  const broker = leader === null || leader === undefined ? undefined : brokers.get(leader)
  if (broker === undefined) throw new NoLeaderError(`partition ${partition} of ${topic} has no leader`)
  const answer = await requests.ask(broker, 'Fetch', 0, 1, maxBytes, 0, NO_SESSION.id, NO_SESSION.epoch, [{
    topicId,
    partitions: [{ partition, fetchOffset: BigInt(offset), currentLeaderEpoch: -1, lastFetchedEpoch: -1, partitionMaxBytes: maxBytes }],
  }], [], '')
  const fetched = answer.responses[0]?.partitions[0]
  const errorCode = answer.errorCode === 0 ? fetched?.errorCode ?? 0 : answer.errorCode
  if (errorCode !== 0) throw new ProtocolError(errorCode)
  return fetched === undefined ? { slice: null, endOffset: offset } : { slice: toSlice(fetched, offset), endOffset: Number(fetched.highWatermark) }
}
