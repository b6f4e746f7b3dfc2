import type { KafkaBroker, KafkaCluster } from '../contract/kafka-api.ts'
import type { BrokerRequests } from './broker-requests.ts'
import { judgeCluster } from './judge-cluster.ts'
import type { LogSizes } from './log-sizes.ts'
import { readQuorum } from './quorum.ts'
import type { Topology } from './topology.ts'

/** The brokers, the controller and its quorum, and whether all is well. Never rejects: what can't be learned is null. */
export async function describeCluster(requests: BrokerRequests, topology: Topology, sizes: ReadonlyMap<number, LogSizes>): Promise<KafkaCluster> {
  const quorum = await readQuorum(requests).catch(() => null)
  const brokers = describeBrokers(topology, sizes)
  return {
    ...judgeCluster(topology, brokers, quorum),
    cluster_id: topology.clusterId,
    controller_id: quorum === null ? topology.controllerId : quorum.leader_id < 0 ? null : quorum.leader_id,
    brokers, quorum,
  }
}

/** Those that serve, and those that replicas are assigned to. */
function describeBrokers(topology: Topology, sizes: ReadonlyMap<number, LogSizes>): KafkaBroker[] {
  const partitions = [...topology.topics.values()].flatMap((topic) => topic.partitions)
  const ids = new Set([...topology.brokers.keys(), ...partitions.flatMap(({ replicas }) => replicas)])
  return [...ids].sort((a, b) => a - b).map((id) => {
    const broker = topology.brokers.get(id)
    return {
      broker_id: id, status: broker === undefined ? 'down' : 'up',
      address: broker === undefined ? null : `${broker.host}:${broker.port}`, rack: broker?.rack ?? null,
      partitions_led: partitions.filter(({ leader }) => leader === id).length,
      replicas_held: partitions.filter(({ replicas }) => replicas.includes(id)).length,
      replicas_in_sync: partitions.filter(({ inSyncReplicas }) => broker !== undefined && inSyncReplicas.includes(id)).length,
      disk_bytes: sizes.get(id)?.totalBytes ?? null,
    }
  })
}
