import type { KafkaCluster, KafkaGroups, KafkaMessage, KafkaMessages, KafkaTopic } from '../contract/kafka-api.ts'
import { browseLog } from '../kafka/browse-log.ts'
import type { Start } from '../kafka/browse-log.ts'
import { createBrokerRequests } from '../kafka/broker-requests.ts'
import type { KafkaConnection } from '../kafka/client.ts'
import { describeCluster } from '../kafka/describe-cluster.ts'
import { describeGroups } from '../kafka/describe-groups.ts'
import { describeTopics } from '../kafka/describe-topics.ts'
import { readLogSizes } from '../kafka/log-sizes.ts'
import { readWholeMessage } from '../kafka/read-whole-message.ts'
import { readTopology } from '../kafka/topology.ts'
import type { TopicLayout } from '../kafka/topology.ts'
import { answerWithin } from './answer-within.ts'
import { createGate } from './gate.ts'
import { followTopic } from './kafka-tail.ts'
import type { TailQuestion, TailViewer } from './kafka-tail.ts'
import { RequestError } from './request-error.ts'
import { shareRead } from './shared-read.ts'

/**
 * Kafka as the page shows it. Only reads: no group is joined, no offset committed, nothing produced. Every call ends within seconds;
 * rejects with an `UnavailableError` when Kafka doesn't answer or too much is asked at once, with a `RequestError` for what isn't there.
 */
export interface KafkaExplorer {
  cluster(): Promise<KafkaCluster>
  topics(): Promise<KafkaTopic[]>
  groups(): Promise<KafkaGroups>
  /** The topic's partitions now. */
  layout(topic: string): Promise<TopicLayout>
  /** `layout` as it was told; a search stops at a limit and says so. */
  messages(layout: TopicLayout, start: Start, most: number, search: string | null): Promise<KafkaMessages>
  /** The whole of one message, however large. */
  message(layout: TopicLayout, partition: number, offset: number): Promise<KafkaMessage>
  /**
   * Shows what is added to a topic until the signal is aborted. `open` is called when there is a place for the viewer; rejects before
   * with an `UnavailableError` when there is none.
   */
  follow(question: TailQuestion, open: () => TailViewer, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** For all viewers together. */
const MAX_AGE_MS = 1_000
const ANSWER_WITHIN_MS = 4_000
const BROWSE_WITHIN_MS = 8_000
const MOST_AT_ONCE = 4
const MOST_FOLLOWERS = 8
/** 54,000 readings of 350 bytes were looked through in 0.2 to 0.4 s. */
const SEARCH = { mostSearched: 50_000, searchMs: 2_500, mostBytes: 8 * 1024 * 1024 }

/** `plantTopics`: those of the plant, which are shown first. */
export function createKafkaExplorer(connection: KafkaConnection, plantTopics: readonly string[]): KafkaExplorer {
  const requests = createBrokerRequests(connection)
  const browsing = createGate(MOST_AT_ONCE, `${MOST_AT_ONCE} others are reading messages just now; try again`)
  const following = createGate(MOST_FOLLOWERS, `${MOST_FOLLOWERS} others follow topics just now; try again later`)
  const topology = shareRead(() => readTopology(requests, null), MAX_AGE_MS)
  const sizes = shareRead(async () => readLogSizes(requests, await topology()), MAX_AGE_MS)
  const cluster = shareRead(async () => describeCluster(requests, await topology(), await sizes()), MAX_AGE_MS)
  const topics = shareRead(async () => describeTopics(requests, await topology(), await sizes(), plantTopics), MAX_AGE_MS)
  const groups = shareRead(async () => describeGroups(requests, await topology()), MAX_AGE_MS)

  const layout = async (topic: string): Promise<TopicLayout> => {
    const known = (await answerWithin(ANSWER_WITHIN_MS, topology)).topics.get(topic)
    if (known === undefined) throw new RequestError(404, `there is no topic "${topic}"`)
    return known
  }
  const read = async (of: TopicLayout, start: Start, most: number, search: string | null, signal: AbortSignal): Promise<KafkaMessages> =>
    browseLog(requests, await topology(), of, start, search, { ...SEARCH, most }, signal)

  return {
    layout,
    cluster: () => answerWithin(ANSWER_WITHIN_MS, cluster),
    topics: () => answerWithin(ANSWER_WITHIN_MS, topics),
    groups: () => answerWithin(ANSWER_WITHIN_MS, groups),
    messages: (of, start, most, search) =>
      answerWithin(BROWSE_WITHIN_MS, (late) => browsing.enter(() => read(of, start, most, search, late))),
    follow: (question, open, signal) => following.enter(() => followTopic({
      layout, messages: (of, start, most, search) => answerWithin(BROWSE_WITHIN_MS, (late) => read(of, start, most, search, late)),
    }, question, open(), signal)),
    async message(of, partition, offset) {
      const message = await answerWithin(
        BROWSE_WITHIN_MS, () => browsing.enter(async () => readWholeMessage(requests, await topology(), of, partition, offset)))
      if (message === null) throw new RequestError(404, `partition ${partition} of ${of.topic} has no message at offset ${offset}`)
      return message
    },
    close: () => requests.close(),
  }
}
