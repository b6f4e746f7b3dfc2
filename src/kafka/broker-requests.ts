import { Admin, ResponseError } from '@platformatic/kafka'
import type {
  API, consumerGroupDescribeV0, describeConfigsV4, describeGroupsV5, describeLogDirsV4, describeQuorumV2, fetchV17, listGroupsV5, listOffsetsV9,
  metadataV12, offsetFetchV9,
} from '@platformatic/kafka'
import { parseAddress } from '../runtime/address.ts'
import type { Address } from '../runtime/address.ts'
import { clientOptions } from './client.ts'
import type { KafkaConnection } from './client.ts'
import { negotiatedApi } from './negotiated-api.ts'

/** What is asked here, in the newest form that the client knows; the form that is sent is the newest one that the broker knows, too. */
interface Requests {
  Metadata: typeof metadataV12.api
  DescribeQuorum: typeof describeQuorumV2.api
  DescribeLogDirs: typeof describeLogDirsV4.api
  DescribeConfigs: typeof describeConfigsV4.api
  ListOffsets: typeof listOffsetsV9.api
  Fetch: typeof fetchV17.api
  ListGroups: typeof listGroupsV5.api
  DescribeGroups: typeof describeGroupsV5.api
  ConsumerGroupDescribe: typeof consumerGroupDescribeV0.api
  OffsetFetch: typeof offsetFetchV9.api
}
type Name = keyof Requests
type Arguments<N extends Name> = Requests[N] extends API<infer A, infer _R> ? A : never
export type Answer<N extends Name> = Requests[N] extends API<infer _A, infer R> ? R : never

/**
 * Single questions to single brokers. The client's own admin calls need all brokers and all parts of an answer at once: while one broker
 * is down, or one partition has no leader, they tell nothing of the others; and they leave Kafka's internal topics out.
 * Each rejects within seconds, with an error for `classifyKafka`. What of an answer is refused (a partition, a group) has its `errorCode`.
 */
export interface BrokerRequests {
  /** Asks the broker that answered last, then the others. */
  askAny<N extends Name>(name: N, ...args: Arguments<N>): Promise<Answer<N>>
  ask<N extends Name>(broker: Address, name: N, ...args: Arguments<N>): Promise<Answer<N>>
  /** The brokers as the cluster named them last; the next `askAny` tries them, too. */
  learn(brokers: Iterable<Address>): void
  close(): Promise<void>
}

const TIMEOUTS = { connectTimeout: 2_000, requestTimeout: 3_000, timeout: 3_000 }

/** For a question, or a few: what is opened for it is closed after it. */
export async function askBrokers<T>(connection: KafkaConnection, question: (requests: BrokerRequests) => Promise<T>): Promise<T> {
  const requests = createBrokerRequests(connection)
  try {
    return await question(requests)
  } finally {
    await requests.close()
  }
}

export function createBrokerRequests(connection: KafkaConnection): BrokerRequests {
  // Only the client's own question, what the brokers can be asked, is repeated: each time another one is asked first.
  const admin = new Admin({ ...clientOptions(connection), ...TIMEOUTS, retries: connection.brokers.length - 1, retryDelay: 0 })
  let learned: Address[] = []
  let preferred: Address | null = null

  function apiOf<N extends Name>(name: N): Promise<API<Arguments<N>, Answer<N>>> {
    return negotiatedApi(admin, name)
  }

  async function ask<N extends Name>(broker: Address, name: N, ...args: Arguments<N>): Promise<Answer<N>> {
    const api = await apiOf(name)
    const open = await admin.connections.get(broker)
    try {
      return await api.async(open, ...args)
    } catch (error) {
      if (error instanceof ResponseError && error['response'] !== undefined) return error['response'] as Answer<N>
      throw error
    }
  }

  async function askAny<N extends Name>(name: N, ...args: Arguments<N>): Promise<Answer<N>> {
    const known = [...preferred === null ? [] : [preferred], ...connection.brokers.map(parseAddress), ...learned]
    const tried = new Set<string>()
    const failures: unknown[] = []
    await apiOf(name)
    for (const broker of known) {
      const address = `${broker.host}:${broker.port}`
      if (tried.has(address)) continue
      tried.add(address)
      try {
        const answer = await ask(broker, name, ...args)
        preferred = broker
        return answer
      } catch (error) {
        failures.push(error)
      }
    }
    preferred = null
    throw failures[0]
  }

  return {
    ask, askAny,
    learn(brokers) {
      learned = [...brokers]
    },
    close: () => admin.close(),
  }
}
