import { topicSettings } from '../../contract/topics.ts'
import type { ClusterView, PartitionView } from '../../kafka/cluster-view.ts'
import { roundTrip } from '../../kafka/round-trip.ts'
import type { CheckRun, Made } from './check-run.ts'
import type { CheckedSystem } from './run-checks.ts'

const GROUP = 'Round trip'

/** A topic like the one for readings, with a partition for each broker, which leads it; in the order of the brokers' ids. */
export async function checkTemporaryTopic(run: CheckRun, system: CheckedSystem, cluster: Made<ClusterView>): Promise<Made<string>> {
  const settings = topicSettings(system.sensorTopic, system.alertTopic)[0]
  return run.checkWith(cluster, GROUP, 'temporary topic', ({ brokers }) => {
    const ids = brokers.map(({ id }) => id)
    const replicas = ids.map((_, index) => [...ids.slice(index), ...ids.slice(0, index)].slice(0, settings?.replication))
    return system.temporaryTopics.create(replicas, settings?.configs ?? {})
  }, (name) => `${name}, a partition on each broker`)
}

/** Each broker is the only one we know, and leads the partition. */
export async function checkEachBroker(
  run: CheckRun, { connection }: CheckedSystem, cluster: Made<ClusterView>, topic: Made<string>,
): Promise<void> {
  for (const [partition, { id, host, port }] of (cluster.seen?.brokers ?? []).entries()) {
    const only = { ...connection, brokers: [`${host}:${port}`] }
    await run.checkWith(topic, GROUP, `through broker ${id}`, (name, signal) => roundTrip(only, name, [partition], signal),
      () => `written to ${host}:${port} and read back`)
  }
}

/** One address is the only one we know, and leads us to all the others. */
export async function checkBootstrap(
  run: CheckRun, { connection }: CheckedSystem, name: string, address: string, cluster: Made<ClusterView>, topic: Made<string>,
): Promise<void> {
  const partitions = (cluster.seen?.brokers ?? []).map((_, partition) => partition)
  await run.checkWith(topic, GROUP, `from ${name}`, (topicName, signal) => roundTrip({ ...connection, brokers: [address] }, topicName, partitions, signal),
    () => `written to each broker and read back`)
}

/** A copy of a topic, on the same brokers under the same leaders: each of its partitions takes and gives back a message. */
export async function checkEachPartition(
  run: CheckRun, system: CheckedSystem, cluster: Made<ClusterView>, topic: string, partitions: Made<readonly PartitionView[]>,
  configs: Readonly<Record<string, string>>,
): Promise<void> {
  const alive = (cluster.seen?.brokers ?? []).map(({ id }) => id)
  const copy = await run.checkWith(partitions, GROUP, `copy of ${topic}`,
    (found) => system.temporaryTopics.create(found.map((partition) => replicasAlive(partition, alive)), configs), (name) => name)
  for (const partition of (partitions.seen ?? []).keys()) {
    await run.checkWith(copy, GROUP, `${topic} partition ${partition}`, (name, signal) => roundTrip(system.connection, name, [partition], signal),
      () => 'a message like it is taken and given back')
  }
}

/** The leader first; any broker where none of them is alive. */
function replicasAlive({ leader, replicas }: PartitionView, alive: readonly number[]): readonly number[] {
  const left = [...replicas].sort((a, b) => Number(b === leader) - Number(a === leader)).filter((id) => alive.includes(id))
  return left.length > 0 ? left : alive.slice(0, 1)
}
