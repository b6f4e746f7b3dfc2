import { ConfigResourceTypes } from '@platformatic/kafka'
import type { BrokerRequests } from './broker-requests.ts'

/**
 * What these settings are, of its own or inherited, by topic and name. A topic whose settings we may not see is missing, as is a name that
 * the broker doesn't know. Rejects with an error for `classifyKafka`.
 */
export async function readTopicConfigs(
  requests: BrokerRequests, topics: readonly string[], names: readonly string[],
): Promise<Map<string, ReadonlyMap<string, string>>> {
  if (topics.length === 0) return new Map()
  const { results } = await requests.askAny('DescribeConfigs', topics.map((topic) => ({
    resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configurationKeys: [...names],
  })), false, false)
  return new Map(results.filter(({ errorCode }) => errorCode === 0).map(({ resourceName, configs }) =>
    [resourceName, new Map(configs.flatMap(({ name, value }) => (value === null || value === undefined ? [] : [[name, value] as const])))]))
}
