import type { TopicSettings } from '../../contract/topics.ts'
import { askBrokers } from '../../kafka/broker-requests.ts'
import { readTopicConfigs } from '../../kafka/topic-configs.ts'
import type { PartitionLayout, Topology } from '../../kafka/topology.ts'
import type { CheckRun, Made } from './check-run.ts'
import type { CheckedSystem } from './run-checks.ts'

export type Partitions = readonly PartitionLayout[]

/** Number of partitions and replicas, who leads, and the settings. */
export async function checkTopic(
  run: CheckRun, { connection, status }: CheckedSystem, cluster: Made<Topology>, topic: TopicSettings,
): Promise<Made<Partitions>> {
  const { name, configs } = topic
  const brokers = Math.max(status.brokers.length, cluster.seen?.brokers.size ?? 0)
  const partitions = await run.checkWith(cluster, 'Topics', name, async ({ topics }) => {
    const found = topics.get(name)
    if (found === undefined) throw new Error('there is no such topic; producers and consumers make it at their start')
    return found.partitions
  }, (found) => judgePartitions(found, topic, brokers))
  await run.checkWith(partitions, 'Topics', `${name} replicas`, async (found) => found, judgeReplicas)
  await run.checkWith(partitions, 'Topics', `${name} settings`, async () => {
    const found = (await askBrokers(connection, (requests) => readTopicConfigs(requests, [name], Object.keys(configs)))).get(name)
    if (found === undefined) throw new Error('the broker does not tell them; does the user have the right DescribeConfigs?')
    return found
  }, (found) => judgeConfigs(found, configs))
  return partitions
}

/** A cluster of few brokers has as many replicas as it has brokers. */
export function judgePartitions(found: Partitions, { partitions, replication }: TopicSettings, brokers: number): string {
  const replicas = Math.min(replication, brokers)
  if (found.length !== partitions) throw new Error(`${found.length} partitions instead of ${partitions}`)
  const wrong = found.flatMap(({ partition, replicas: { length } }) => (length === replicas ? [] : [`partition ${partition} has ${length}`]))
  if (wrong.length > 0) throw new Error(`${replicas} replicas are wanted; ${wrong.join(', ')}`)
  return `${counted(partitions, 'partition')}, ${counted(replicas, 'replica')} each`
}

export function judgeReplicas(found: Partitions): string {
  const problems = found.flatMap(({ partition, leader, replicas, inSyncReplicas }) => {
    if (leader === null) return [`partition ${partition} has no leader`]
    const late = replicas.filter((id) => !inSyncReplicas.includes(id))
    return late.length === 0 ? [] : [`partition ${partition}: not in sync on broker ${late.join(', ')}`]
  })
  if (problems.length > 0) throw new Error(problems.join('; '))
  return `led by ${found.map(({ leader }) => leader).join(', ')}; in sync on ${found.map(({ inSyncReplicas }) => inSyncReplicas.join('+')).join(', ')}`
}

export function judgeConfigs(found: ReadonlyMap<string, string>, wanted: Readonly<Record<string, string>>): string {
  const wrong = Object.entries(wanted).filter(([name, value]) => found.get(name) !== value)
  if (wrong.length > 0) throw new Error(wrong.map(([name, value]) => `${name} is ${found.get(name) ?? 'not set'}, not ${value}`).join('; '))
  return Object.entries(wanted).map(([name, value]) => `${name}=${value}`).join(' ')
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
