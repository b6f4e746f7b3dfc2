import type { KafkaMessage } from '../contract/kafka-api.ts'
import type { BrokerRequests } from './broker-requests.ts'
import { isOffsetOutOfRange } from './errors.ts'
import { fetchOnce } from './fetch-once.ts'
import { toMessage } from './message-bytes.ts'
import type { TopicLayout, Topology } from './topology.ts'

/** One message with all its bytes; null where the log has none at the offset. Rejects with an error for `classifyKafka`. */
export async function readWholeMessage(
  requests: BrokerRequests, topology: Topology, layout: TopicLayout, partition: number, offset: number,
): Promise<KafkaMessage | null> {
  try {
    // One byte brings one batch.
    const { slice } = await fetchOnce(requests, topology, layout, partition, offset, 1)
    const record = slice?.records.find((each) => each.offset === offset)
    return record === undefined ? null : toMessage(partition, record, Infinity)
  } catch (error) {
    if (isOffsetOutOfRange(error)) return null
    throw error
  }
}
