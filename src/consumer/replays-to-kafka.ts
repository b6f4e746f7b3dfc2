import { REPLAY_HEADER, formatLetterPlace } from '../contract/replay-header.ts'
import { classifyKafka } from '../kafka/errors.ts'
import type { KafkaProducer, OutgoingMessage } from '../kafka/producer.ts'
import type { Pool } from '../postgres/pool.ts'
import { markReplayFailed, markReplaysSent, readPendingReplays } from '../postgres/replay-outbox.ts'
import type { PendingReplay } from '../postgres/replay-outbox.ts'
import { messageOf } from '../runtime/errors.ts'
import type { Log } from '../runtime/log.ts'
import { startFollowLoop } from './follow-loop.ts'
import type { OwnedLog } from './prepare.ts'

export interface ReplaysOptions {
  readonly pool: Pool
  readonly producer: KafkaProducer
  readonly sensorTopic: string
  readonly log: Log
}

export interface Replays {
  /** Sends what was requested of these logs' partitions, and goes on with them until told otherwise. */
  own(logs: readonly OwnedLog[]): void
  /** Finishes what is being sent. */
  stop(): Promise<void>
}

/** An admin waits for it. */
const POLL_MS = 2_000

/**
 * Sends the dead letters whose replay was requested back into the partition that refused them: at least once, in the order of their log.
 * Beside the outbox and not a part of it, because alerts must not wait behind 100,000 of them. It never ends by itself: a request stays, so
 * a consumer that ended for one would end for it again after each start.
 */
export function startReplays({ pool, producer, sensorTopic, log }: ReplaysOptions): Replays {
  let logs: readonly OwnedLog[] = []
  let stopped = false

  async function publish(): Promise<void> {
    let sent = 0
    let pending: PendingReplay[] = []
    do {
      const [first] = logs
      if (first === undefined || stopped) break
      const partitions = logs.map(({ partition }) => partition)
      pending = await readPendingReplays(pool, { topic: sensorTopic, topicId: first.topicId, partitions })
      sent += await send(pending, partitions)
    } while (pending.length > 0)
    if (sent > 0) log.info({ sent }, 'dead letters sent again')
  }

  /** Returns how many were sent. */
  async function send(letters: readonly PendingReplay[], partitions: readonly number[]): Promise<number> {
    const [only] = letters
    if (only === undefined || stopped) return 0
    const refusal = await publishOrRefusal(letters, partitions)
    if (refusal === null) {
      await markReplaysSent(pool, letters)
      return letters.length
    }
    if (letters.length > 1) {
      let sent = 0
      for (const letter of letters) sent += await send([letter], partitions)
      return sent
    }
    log.error({ offset: only.offset, partition: only.partition, reason: refusal }, 'Kafka refuses this dead letter')
    await markReplayFailed(pool, only, refusal)
    return 0
  }

  /**
   * Null: they are sent. Whatever doesn't pass by itself is a refusal, also a right that is missing and an error that nobody knows: an admin
   * sees it and can request the letters again.
   */
  async function publishOrRefusal(letters: readonly PendingReplay[], partitions: readonly number[]): Promise<string | null> {
    try {
      await producer.send(letters.map((letter) => replayMessage(sensorTopic, letter, partitions)))
      return null
    } catch (error) {
      // A client that is being closed fails in ways that say nothing about the letters.
      if (stopped || classifyKafka(error) === 'retry') throw error
      return messageOf(error)
    }
  }

  const loop = startFollowLoop({
    pass: publish, waiting: 'replays wait in the outbox', again: 'replays are published again', pollMs: POLL_MS, goesOn: true, log,
  })
  return {
    own(owned) {
      logs = owned
      loop.wake()
    },
    async stop() {
      stopped = true
      loop.abort()
      await loop.running
    },
  }
}

/** The message as it was received, and which letter it is. One of a partition that is gone goes where its key belongs now. */
function replayMessage(topic: string, letter: PendingReplay, partitions: readonly number[]): OutgoingMessage {
  const headers = letter.headers.map(([name, value]) => [Buffer.from(name ?? '', 'base64'), value === null ? null : Buffer.from(value, 'base64')] as const)
  return {
    topic, key: letter.key, value: letter.value, ...partitions.includes(letter.partition) ? { partition: letter.partition } : {},
    headers: [
      // One that it has from an earlier replay names another letter.
      ...headers.filter(([name]) => String(name) !== REPLAY_HEADER),
      [Buffer.from(REPLAY_HEADER), Buffer.from(formatLetterPlace(letter))],
    ],
  }
}
