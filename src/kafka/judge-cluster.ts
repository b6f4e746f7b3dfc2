import type { KafkaBroker, KafkaCluster } from '../contract/kafka-api.ts'
import type { Topology } from './topology.ts'

/** A voter that fetched nothing for so long is gone: a healthy one catches up within its fetch time-out of 2 s. */
const VOTER_SILENT_MS = 10_000
const MOST_NAMES = 3

/** Whether all is well with a cluster, in one line, and what isn't, the worst first. */
export function judgeCluster(
  { topics }: Topology, brokers: readonly KafkaBroker[], quorum: KafkaCluster['quorum'], nowMs: number = Date.now(),
): Pick<KafkaCluster, 'ok' | 'verdict' | 'reasons'> {
  const oursFirst = [...topics.values()].sort((a, b) => Number(a.internal) - Number(b.internal))
  const partitions = oursFirst.flatMap(({ topic, internal, partitions }) => partitions.map((each) => ({ topic, internal, ...each })))
  const leaderless = partitions.filter(({ leader }) => leader === null)
  const behind = partitions.filter(({ leader, replicas, inSyncReplicas }) => leader !== null && inSyncReplicas.length < replicas.length)
  const up = brokers.filter(({ status }) => status === 'up').length
  const down = brokers.filter(({ status }) => status === 'down').map(({ broker_id }) => broker_id)
  const silent = quorum === null || quorum.leader_id < 0 ? [] : quorum.voters.filter(({ node_id: id, caught_up_at: at }) =>
    id !== quorum.leader_id && (at === null || nowMs - Date.parse(at) > VOTER_SILENT_MS)).map(({ node_id }) => node_id)

  const reasons = [
    ...leaderless.length === 0 ? [] : [`${counted(leaderless.length, 'partition')} without a leader: ${named(leaderless)}`],
    ...quorum?.leader_id === -1 ? ['no active controller'] : [],
    ...down.length === 0 ? [] : [`broker ${listed(down.map(String))} down`],
    ...silent.length === 0 ? [] : [`controller ${listed(silent.map(String))} silent`],
    ...behind.length === 0 ? [] : [`${counted(behind.length, 'partition')} not fully in sync: ${named(behind)}`],
  ]
  const ok = reasons.length === 0
  const ours = partitions.filter(({ internal }) => !internal).length
  const brokersUp = `${up} of ${counted(brokers.length, 'broker')}`
  return { ok, reasons, verdict: ok ? `${brokersUp}, all ${counted(ours, 'partition')} in sync` : `${brokersUp}; ${reasons.join('; ')}` }
}

function named(partitions: readonly { readonly topic: string, readonly partition: number }[]): string {
  return listed([...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, of]) => `${topic} ${of.map(({ partition }) => partition).join(', ')}`))
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join('; ')
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
