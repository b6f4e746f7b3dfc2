import { Consumer } from '@platformatic/kafka'
import { withRetry } from '../runtime/retry.ts'
import { clientOptions } from './client.ts'
import type { KafkaConnection } from './client.ts'
import { classifyKafka } from './errors.ts'

export interface MembershipOptions {
  readonly group: string
  readonly topic: string
  /** A member that is silent for so long is taken for dead, and its partitions go to the others. */
  readonly sessionTimeoutMs: number
  /** The group is dividing the partitions anew: what is being done may be finished, nothing new begun. */
  readonly onRebalance: () => void
  /** The partitions that are ours from now on; all the others are not. */
  readonly onAssigned: (partitions: readonly number[]) => void
  /** The membership can't go on; the process has to end. */
  readonly onFailed: (error: unknown) => void
  readonly onRetry: (error: unknown) => void
}

export interface Membership {
  /** Tells the group how far a partition is consumed. A hint for tools that show lag: nothing here ever reads it. */
  hintOffsets(offsets: readonly { partition: number, nextOffset: number }[]): Promise<void>
  /** Leaves the group, so that the others take over at once instead of after the session timeout. */
  leave(): Promise<void>
}

const REBALANCE_TIMEOUT_MS = 10_000

/**
 * A member of a consumer group by the classic protocol. KIP-848's was tried: a member that was stopped for 20 s never came back
 * (it doesn't handle UNKNOWN_MEMBER_ID), and there is no event when the assignment changes.
 */
export async function joinGroup(connection: KafkaConnection, options: MembershipOptions): Promise<Membership> {
  const { group, topic } = options
  let leaving = false
  const member = new Consumer({
    ...clientOptions(connection), groupId: group, autocommit: false,
    protocols: [{ name: 'roundrobin', version: 1 }],
    sessionTimeout: options.sessionTimeoutMs,
    // Three heartbeats may be lost before the session ends.
    heartbeatInterval: Math.max(300, Math.floor(options.sessionTimeoutMs / 6)),
    rebalanceTimeout: REBALANCE_TIMEOUT_MS,
  })
  member.topics.track(topic)

  member.on('consumer:group:rebalance', options.onRebalance)
  member.on('consumer:group:join', ({ assignments }) => {
    options.onAssigned(assignments?.find((assignment) => assignment.topic === topic)?.partitions.toSorted((a, b) => a - b) ?? [])
  })
  // A rejoin that failed: the client has given up and its heart has stopped.
  member.on('error' as never, ((error: unknown) => { if (!leaving) join(error).catch(options.onFailed) }) as never)
  member.on('consumer:heartbeat:stalled', () => { if (!leaving) options.onRebalance() })

  async function join(cause?: unknown): Promise<void> {
    if (cause !== undefined) options.onRetry(cause)
    await withRetry(() => member.joinGroup({}), {
      classify: (error) => (leaving ? 'crash' : classifyKafka(error)),
      onRetry: options.onRetry,
    })
  }

  await join()
  return {
    async hintOffsets(offsets) {
      await member.commit({
        offsets: offsets.map(({ partition, nextOffset }) => ({ topic, partition, offset: BigInt(nextOffset), leaderEpoch: -1 })),
      })
    },
    async leave() {
      leaving = true
      await new Promise<void>((resolve, reject) => {
        member.leaveGroup(true, (error) => { if (error === null) resolve(); else reject(error) })
      })
      await member.close(true)
    },
  }
}
