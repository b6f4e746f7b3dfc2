import { topicSettings } from '../../contract/topics.ts'
import { roundTrip } from '../../kafka/round-trip.ts'
import type { PartitionLayout, Topology } from '../../kafka/topology.ts'
import { both } from './check-run.ts'
import type { CheckRun, Made } from './check-run.ts'
import type { BrokerChecks } from './reach.ts'
import type { CheckedSystem } from './run-checks.ts'

const GROUP = 'Round trip'

/** A topic like the one for readings, with a partition for each broker, which leads it; in the order of the brokers' ids. */
export async function checkTemporaryTopic(run: CheckRun, system: CheckedSystem, cluster: Made<Topology>): Promise<Made<string>> {
  const settings = topicSettings(system.sensorTopic, system.alertTopic)[0]
  return run.checkWith(cluster, GROUP, 'temporary topic', ({ brokers }) => {
    const ids = [...brokers.keys()]
    const replicas = ids.map((_, index) => [...ids.slice(index), ...ids.slice(0, index)].slice(0, settings?.replication))
    return system.temporaryTopics.create(system.connection, replicas, settings?.configs ?? {})
  }, (name) => `${name}, a partition on each broker`)
}

/** Each broker is the only one we know, and leads the partition. `reached` are the checks of the addresses that brokers should have. */
export async function checkEachBroker(
  run: CheckRun, { connection }: CheckedSystem, cluster: Made<Topology>, topic: Made<string>, reached: BrokerChecks,
): Promise<void> {
  const brokers = [...cluster.seen?.brokers ?? []].map(([id, { host, port }]) => ({ id, address: `${host}:${port}` }))
  for (const [partition, { id, address }] of brokers.entries()) {
    await run.checkWith(both(reached.get(address) ?? topic, topic), GROUP, `through broker ${id}`,
      ([, name], signal) => roundTrip({ ...connection, brokers: [address] }, name, [partition], signal), () => `written to ${address} and read back`)
  }
  for (const [address, check] of reached) {
    // One that isn't in the cluster any more.
    if (check.seen !== undefined || brokers.some((broker) => broker.address === address)) continue
    await run.checkWith(check, GROUP, `through ${address}`, async () => undefined, () => '')
  }
}

/** One address is the only one we know, and leads us to all the others. */
export async function checkBootstrap(
  run: CheckRun, { connection }: CheckedSystem, address: string, reached: Made<unknown>, cluster: Made<Topology>, topic: Made<string>,
): Promise<void> {
  const partitions = Array.from({ length: cluster.seen?.brokers.size ?? 0 }, (_, partition) => partition)
  await run.checkWith(both(reached, topic), GROUP, `from ${address}`,
    ([, name], signal) => roundTrip({ ...connection, brokers: [address] }, name, partitions, signal), () => 'written to each broker and read back')
}

/** A copy of a topic, on the same brokers under the same leaders: each of its partitions takes and gives back a message. */
export async function checkEachPartition(
  run: CheckRun, system: CheckedSystem, cluster: Made<Topology>, topic: string, partitions: Made<readonly PartitionLayout[]>,
  configs: Readonly<Record<string, string>>,
): Promise<void> {
  const alive = [...cluster.seen?.brokers.keys() ?? []]
  const copy = await run.checkWith(partitions, GROUP, `copy of ${topic}`,
    (found) => system.temporaryTopics.create(system.connection, replicasAlive(found, alive), configs), (name) => name)
  for (const partition of (partitions.seen ?? []).keys()) {
    await run.checkWith(copy, GROUP, `${topic} partition ${partition}`, (name, signal) => roundTrip(system.connection, name, [partition], signal),
      () => 'a message like it is taken and given back')
  }
}

/** By partition, the leader first, without brokers that are gone. Kafka wants the same number for each partition. */
export function replicasAlive(partitions: readonly Pick<PartitionLayout, 'leader' | 'replicas'>[], alive: readonly number[]): number[][] {
  const left = partitions.map(({ leader, replicas }) => {
    const known = replicas.filter((id) => alive.includes(id)).sort((a, b) => Number(b === leader) - Number(a === leader))
    return known.length > 0 ? known : alive.slice(0, 1)
  })
  return left.map((ids) => ids.slice(0, Math.min(...left.map(({ length }) => length))))
}
