import { readClusterView } from '../../kafka/cluster-view.ts'
import type { ClusterView } from '../../kafka/cluster-view.ts'
import { readQuorum } from '../../kafka/quorum.ts'
import type { Quorum } from '../../kafka/quorum.ts'
import type { CheckRun, Made } from './check-run.ts'
import type { CheckedSystem } from './run-checks.ts'

/** A voter fetches twice a second at least. */
const BEHIND_MS = 3_000

/** What the brokers that answer say of the cluster and of these topics. */
export async function checkCluster(run: CheckRun, { connection, status }: CheckedSystem, topics: readonly string[]): Promise<Made<ClusterView>> {
  return run.check('Kafka', 'cluster', () => readClusterView(connection, topics), (view) => judgeCluster(view, status.ownKafka ? status.brokers.length : 1))
}

export async function checkQuorum(run: CheckRun, { connection, status }: CheckedSystem, cluster: Made<ClusterView>): Promise<void> {
  await run.checkWith(cluster, 'Kafka', 'controller quorum', () => readQuorum(connection),
    (quorum) => judgeQuorum(quorum, status.ownKafka ? status.brokers.length : 1))
}

/** `wanted`: at least so many brokers. */
export function judgeCluster({ id, brokers }: ClusterView, wanted: number): string {
  const ids = brokers.map((broker) => broker.id).join(', ')
  if (brokers.length < wanted) throw new Error(`${brokers.length} of ${wanted} brokers serve: ${ids}`)
  return `${id}: brokers ${ids}`
}

/** `wanted`: at least so many voters. */
export function judgeQuorum(quorum: Quorum | null, wanted: number): string {
  if (quorum === null) throw new Error('the brokers know of no controller quorum (KRaft)')
  const { leader, voters } = quorum
  if (leader === null) throw new Error('no controller is elected')
  if (voters.length < wanted) throw new Error(`${voters.length} of ${wanted} voters: ${voters.map(({ id }) => id).join(', ')}`)
  const behind = voters.filter(({ behindMs }) => behindMs === null || behindMs > BEHIND_MS)
  if (behind.length > 0) {
    const each = behind.map(({ id, behindMs }) => `${id} (${behindMs === null ? 'not since the election' : `for ${Math.round(behindMs / 1000)} s`})`)
    throw new Error(`controller ${leader} leads, but voters don't follow: ${each.join(', ')}`)
  }
  return `controller ${leader} leads, voters ${voters.map(({ id }) => id).join(', ')}`
}
