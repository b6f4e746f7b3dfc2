import { variables as consumerVariables } from '../../consumer/config.ts'
import { askBrokers } from '../../kafka/broker-requests.ts'
import type { KafkaConnection } from '../../kafka/client.ts'
import { describeGroups } from '../../kafka/describe-groups.ts'
import { createTopicReader } from '../../kafka/topic-reader.ts'
import type { PartitionState } from '../../kafka/topic-reader.ts'
import { readTopology } from '../../kafka/topology.ts'
import type { Topology } from '../../kafka/topology.ts'
import { createPool } from '../../postgres/pool.ts'
import type { Queryable } from '../../postgres/pool.ts'
import { readLogs } from '../../postgres/read-logs.ts'
import { pause } from '../../runtime/abort.ts'
import { readVariables } from '../../runtime/config.ts'
import { both } from './check-run.ts'
import type { CheckRun, Made } from './check-run.ts'
import type { CheckedSystem } from './run-checks.ts'

const POLL_MS = 500
/** Less than a check may take. A rebalance is over in less, and each consumer writes several times a second. */
const PATIENCE_MS = 4_000

export interface GroupView {
  /** Kafka's word: Stable, Empty, Dead (there is no such group), PreparingRebalance, CompletingRebalance. */
  readonly state: string
  /** By client id, which is the consumer's own; its partitions of the topic. */
  readonly members: readonly { readonly clientId: string, readonly partitions: readonly number[] }[]
}

/** Of one partition: how many messages wait, at first and now, and whether any was consumed between. */
export interface PartitionLag {
  readonly partition: number
  /** Null: its leader doesn't say. */
  readonly lag: number | null
  readonly moved: boolean
}

/** `database`: a check of PostgreSQL, where the consumers keep how far they are. */
export async function checkGroup(
  run: CheckRun, { connection, status, env, sensorTopic }: CheckedSystem, cluster: Made<Topology>, database: Made<unknown>,
): Promise<void> {
  const { CONSUMER_GROUP: group } = readVariables({ CONSUMER_GROUP: consumerVariables.CONSUMER_GROUP }, env)
  const running = status.services.filter(({ kind, state }) => kind === 'consumer' && state === 'running').flatMap(({ healthId }) => healthId ?? [])
  const partitions = cluster.seen?.topics.get(sensorTopic)?.partitions.length ?? 0

  const members = await run.checkWith(cluster, 'Consumers', group, (_, signal) => repeat(signal, () => readGroup(connection, group, sensorTopic),
    (view) => passes(() => judgeMembers(view, partitions, running))), (view) => judgeMembers(view, partitions, running))

  // What they commit to Kafka is only a hint, up to 5 s old; what counts is in PostgreSQL.
  await run.checkWith(both(members, database), 'Consumers', `${group} lag`, async (_, signal) => {
    const pool = createPool(status.databaseUrl, { applicationName: 'verify-cluster', max: 1, statementTimeoutMs: 3_000 })
    const topic = createTopicReader(connection, sensorTopic)
    try {
      const before = await readPositions(pool, sensorTopic)
      return await repeat(signal, async () => lagOf(await topic.read(), before, await readPositions(pool, sensorTopic)),
        (lags) => passes(() => judgeLag(lags)))
    } finally {
      await Promise.all([topic.close(), pool.end()])
    }
  }, judgeLag)
}

async function readGroup(connection: KafkaConnection, group: string, topic: string): Promise<GroupView> {
  const { groups, silent_brokers: silent } = await askBrokers(connection, async (requests) =>
    describeGroups(requests, await readTopology(requests, [topic])))
  const found = groups.find((each) => each.group === group)
  if (found === undefined && silent.length > 0) throw new Error(`broker ${silent.join(', ')} doesn't answer, and no other knows the group`)
  return {
    state: found?.state ?? 'Dead',
    members: (found?.members ?? []).map(({ client_id: clientId, assignments }) => (
      { clientId, partitions: assignments.find((each) => each.topic === topic)?.partitions ?? [] })),
  }
}

/** Each partition has one owner, and each consumer that runs is there. */
export function judgeMembers({ state, members }: GroupView, partitions: number, running: readonly string[]): string {
  if (members.length === 0) throw new Error('no consumer is in the group; start them by `make start-consumers`')
  if (state.toUpperCase() !== 'STABLE') throw new Error(`the group is not stable: ${state}`)
  const missing = running.filter((id) => !members.some(({ clientId }) => clientId === id))
  if (missing.length > 0) throw new Error(`not in the group: ${missing.join(', ')}`)
  const read = new Set(members.flatMap((member) => member.partitions))
  const unread = Array.from({ length: partitions }, (_, partition) => partition).filter((partition) => !read.has(partition))
  if (unread.length > 0) throw new Error(`nobody reads partition ${unread.join(', ')}`)
  return `stable: ${members.map(({ clientId, partitions: own }) => `${clientId} reads ${own.length === 0 ? 'none' : own.join('+')}`).join(', ')}`
}

/** A backlog is no failure; one that nobody works on is. */
export function judgeLag(lags: readonly PartitionLag[]): string {
  const unknown = lags.filter(({ lag }) => lag === null)
  if (unknown.length > 0) throw new Error(`the leader of partition ${unknown.map(({ partition }) => partition).join(', ')} doesn't say where it ends`)
  const stuck = lags.filter(({ lag, moved }) => lag !== 0 && !moved)
  if (stuck.length > 0) {
    throw new Error(stuck.map(({ partition, lag }) => `partition ${partition}: ${lag} wait, and none was consumed within ${PATIENCE_MS / 1000} s`).join('; '))
  }
  return `${lags.reduce((sum, { lag }) => sum + (lag ?? 0), 0)} messages wait (${lags.map(({ lag }) => lag).join(', ')} by partition)`
}

/** Partition → the offset that is stored next. */
async function readPositions(db: Queryable, topic: string): Promise<Map<number, number>> {
  const logs = await readLogs(db)
  return new Map(logs.filter((log) => log.topic === topic && log.closedAt === null).map(({ partition, nextOffset }) => [partition, nextOffset]))
}

function lagOf(topic: readonly PartitionState[], before: ReadonlyMap<number, number>, now: ReadonlyMap<number, number>): PartitionLag[] {
  return topic.map(({ partition, logEndOffset }) => {
    const next = now.get(partition) ?? 0
    return { partition, lag: logEndOffset === null ? null : Math.max(0, logEndOffset - next), moved: next > (before.get(partition) ?? 0) }
  })
}

/** Asks until it is good, or until patience is over; the last answer. */
async function repeat<T>(signal: AbortSignal, ask: () => Promise<T>, good: (answer: T) => boolean): Promise<T> {
  const untilMs = performance.now() + PATIENCE_MS
  for (;;) {
    const answer = await ask()
    if (good(answer) || performance.now() > untilMs || signal.aborted) return answer
    await pause(POLL_MS, signal)
  }
}

function passes(judge: () => string): boolean {
  try {
    judge()
    return true
  } catch {
    return false
  }
}
