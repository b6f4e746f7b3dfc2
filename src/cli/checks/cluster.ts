import { askBrokers } from '../../kafka/broker-requests.ts'
import { readQuorum } from '../../kafka/quorum.ts'
import type { Quorum } from '../../kafka/quorum.ts'
import { readTopology } from '../../kafka/topology.ts'
import type { Topology } from '../../kafka/topology.ts'
import type { CheckRun, Made } from './check-run.ts'
import type { CheckedSystem } from './run-checks.ts'

/** A voter fetches twice a second at least. */
const BEHIND_MS = 3_000

/** What the brokers that answer say of the cluster and of these topics. */
export async function checkCluster(run: CheckRun, { connection, status }: CheckedSystem, topics: readonly string[]): Promise<Made<Topology>> {
  return run.check('Kafka', 'cluster', () => askBrokers(connection, (requests) => readTopology(requests, topics)),
    (topology) => judgeCluster(topology, status.ownKafka ? status.brokers.length : 1))
}

export async function checkQuorum(run: CheckRun, { connection, status }: CheckedSystem, cluster: Made<Topology>): Promise<void> {
  await run.checkWith(cluster, 'Kafka', 'controller quorum', () => askBrokers(connection, readQuorum),
    (quorum) => judgeQuorum(quorum, status.ownKafka ? status.brokers.length : 1))
}

/** `wanted`: at least so many brokers. */
export function judgeCluster({ clusterId, brokers }: Topology, wanted: number): string {
  const ids = [...brokers.keys()].join(', ')
  if (brokers.size < wanted) throw new Error(`${brokers.size} of ${wanted} brokers serve: ${ids}`)
  return `${clusterId}: brokers ${ids}`
}

/** `wanted`: at least so many voters. */
export function judgeQuorum(quorum: Quorum | null, wanted: number): string {
  if (quorum === null) throw new Error('the brokers know of no controller quorum (KRaft)')
  const { leader_id: leader, voters } = quorum
  if (leader < 0) throw new Error('no controller is elected')
  if (voters.length < wanted) throw new Error(`${voters.length} of ${wanted} voters: ${voters.map(({ node_id }) => node_id).join(', ')}`)
  // The leader's own is the time of the answer, by the clock that the others were measured by.
  const nowMs = Date.parse(voters.find(({ node_id: id }) => id === leader)?.caught_up_at ?? '')
  const behind = voters.map(({ node_id: id, caught_up_at: at }) => ({ id, behindMs: at === null ? null : nowMs - Date.parse(at) }))
    .filter(({ behindMs }) => behindMs === null || behindMs > BEHIND_MS)
  if (behind.length > 0) {
    const each = behind.map(({ id, behindMs }) => `${id} (${behindMs === null ? 'not since the election' : `for ${Math.round(behindMs / 1000)} s`})`)
    throw new Error(`controller ${leader} leads, but voters don't follow: ${each.join(', ')}`)
  }
  return `controller ${leader} leads, voters ${voters.map(({ node_id }) => node_id).join(', ')}`
}
