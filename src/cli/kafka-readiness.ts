import { topicSettings } from '../contract/topics.ts'
import { askBrokers } from '../kafka/broker-requests.ts'
import type { KafkaConnection } from '../kafka/client.ts'
import { classifyKafka } from '../kafka/errors.ts'
import { readQuorum } from '../kafka/quorum.ts'
import type { Quorum } from '../kafka/quorum.ts'
import { readTopology } from '../kafka/topology.ts'
import type { Topology } from '../kafka/topology.ts'
import type { Environment } from '../runtime/config.ts'
import { ExitError, messageOf } from '../runtime/errors.ts'
import { NotRunningError, requireAddresses } from './running-system.ts'
import { LateError, within } from './within.ts'

const ANSWER_MS = 2_000

export interface Readiness {
  readonly ready: boolean
  /** What is there, or what is missing. */
  readonly detail: string
}

/** What one broker said when it was asked by itself; null: nothing. */
export interface BrokerAnswer {
  readonly address: string
  readonly view: Topology | null
}

/** Whether all brokers of the running system answer as one cluster that can be used. Throws an `ExitError` for what doesn't pass by waiting. */
export async function readReadiness(env: Environment, signal: AbortSignal): Promise<Readiness> {
  try {
    const { config, status } = await requireAddresses(env)
    const connection: KafkaConnection = { brokers: status.brokers, clientId: 'wait-for-kafka', security: config.kafkaSecurity }
    const topics = topicSettings(config.sensorTopic, config.alertTopic).map(({ name }) => name)
    const ask = (address: string): Promise<Topology> => askBrokers({ ...connection, brokers: [address] }, (requests) => readTopology(requests, topics))
    const answers = await Promise.all(status.brokers.map(async (address) => ({ address, view: await unlessAway(() => ask(address), signal) })))
    const quorum = answers.every(({ view }) => view !== null) ? await unlessAway(() => askBrokers(connection, readQuorum), signal) : null
    return judgeReadiness(answers, quorum, status.ownKafka)
  } catch (error) {
    if (!(error instanceof NotRunningError)) throw error
    return { ready: false, detail: error.message }
  }
}

async function unlessAway<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T | null> {
  try {
    return await within(ANSWER_MS, signal, ask)
  } catch (error) {
    if (signal.aborted || error instanceof LateError) return null
    if (classifyKafka(error) === 'exit') throw new ExitError(`Kafka doesn't let us in: ${messageOf(error)}`)
    if (classifyKafka(error) !== 'retry') throw error
    return null
  }
}

/** `allKnown`: each broker of the cluster is among those that were asked. */
export function judgeReadiness(answers: readonly BrokerAnswer[], quorum: Quorum | null, allKnown: boolean): Readiness {
  const silent = answers.filter(({ view }) => view === null).map(({ address }) => address)
  if (silent.length > 0) return missing(`no answer from ${silent.join(', ')}`)
  const views = answers.flatMap(({ view }) => view ?? [])
  const ids = new Set(views.map(({ clusterId }) => clusterId))
  if (ids.size > 1) return missing(`the brokers are of ${ids.size} clusters: ${[...ids].join(', ')}`)
  const apart = views.find(({ brokers }) => allKnown && brokers.size < answers.length)
  if (apart !== undefined) return missing(`${apart.brokers.size} of ${answers.length} brokers have joined: ${[...apart.brokers.keys()].join(', ')}`)
  if (quorum === null || quorum.leader_id < 0) return missing('no controller is elected')
  const [view] = views
  const leaderless = [...view?.topics ?? []].flatMap(([topic, { partitions }]) =>
    partitions.flatMap(({ leader, partition }) => (leader === null ? [`partition ${partition} of ${topic}`] : [])))
  if (leaderless.length > 0) return missing(`no leader: ${leaderless.join(', ')}`)
  const topics = view === undefined || view.topics.size === 0 ? 'no topic yet' : `topics ${[...view.topics.keys()].join(', ')}`
  return { ready: true, detail: `brokers ${[...view?.brokers.keys() ?? []].join(', ')}, controller ${quorum.leader_id}, ${topics}` }
}

function missing(detail: string): Readiness {
  return { ready: false, detail }
}
