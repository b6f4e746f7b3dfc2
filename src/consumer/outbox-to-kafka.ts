import type { Alert } from '../contract/alert.ts'
import { deadLetterTopic } from '../contract/topics.ts'
import { classifyKafka } from '../kafka/errors.ts'
import type { KafkaProducer, OutgoingMessage } from '../kafka/producer.ts'
import { advanceOutbox, claimUnsentAlerts, forgetUnsentAlerts, readPendingAlerts, readPendingDeadLetters } from '../postgres/outbox.ts'
import type { OutboxDeadLetter, UnsentAlert } from '../postgres/outbox.ts'
import type { Pool } from '../postgres/pool.ts'
import { messageOf } from '../runtime/errors.ts'
import type { Log } from '../runtime/log.ts'
import { startFollowLoop } from './follow-loop.ts'
import type { OwnedLog } from './prepare.ts'

export interface OutboxOptions {
  readonly pool: Pool
  readonly producer: KafkaProducer
  readonly sensorTopic: string
  readonly alertTopic: string
  readonly log: Log
}

export interface Outbox {
  /** Publishes what these logs have pending, and goes on with them until told otherwise. */
  own(logs: readonly OwnedLog[]): void
  /** There may be something new. */
  wake(): void
  /** Publishes what is pending, for at most so long, then stops. */
  stop(timeoutMs: number): Promise<void>
  readonly failed: Promise<never>
}

const ALERTS_PER_SEND = 1_000
/** Each may be as large as a message can be. */
const DEAD_LETTERS_PER_SEND = 20
/** What another consumer left behind, and what somebody did to an alarm, is found without a call of `wake`. */
const POLL_MS = 1_000

/**
 * Publishes alerts and dead letters after they are committed: at least once, in the order of their log, each time the same message.
 * A producer to Kafka isn't part of PostgreSQL's transaction, so they are stored first and sent from there.
 */
export function startOutbox(options: OutboxOptions): Outbox {
  const { pool, producer, log } = options
  const { promise: failed, reject: fail } = Promise.withResolvers<never>()
  failed.catch(() => {})
  let logs: readonly OwnedLog[] = []

  async function publishAll(): Promise<void> {
    for (const owned of logs) {
      while (await publishAlerts(owned)) { /* more of them */ }
      while (await publishDeadLetters(owned)) { /* more of them */ }
    }
    while (await publishUnsent()) { /* more of them */ }
  }

  async function publishAlerts({ logKey }: OwnedLog): Promise<boolean> {
    const alerts = await readPendingAlerts(pool, logKey, ALERTS_PER_SEND)
    const last = alerts.at(-1)
    if (last === undefined) return false
    await producer.send(alerts.map((alert) => alertMessage(options.alertTopic, alert)))
    await advanceOutbox(pool, logKey, 'alert', last.offset + 1, alerts.length)
    return alerts.length >= ALERTS_PER_SEND
  }

  /** Whoever comes first publishes them; if it dies in between somebody else does, with the same id. */
  async function publishUnsent(): Promise<boolean> {
    const alerts = await claimUnsentAlerts(pool, ALERTS_PER_SEND)
    if (alerts.length === 0) return false
    await producer.send(alerts.map((alert) => alertMessage(options.alertTopic, alert)))
    await forgetUnsentAlerts(pool, alerts.map(({ alert_id: id }) => id))
    return alerts.length === ALERTS_PER_SEND
  }

  async function publishDeadLetters(owned: OwnedLog): Promise<boolean> {
    const letters = await readPendingDeadLetters(pool, owned.logKey, DEAD_LETTERS_PER_SEND)
    for (const letter of letters) {
      await producer.send([deadLetterMessage(options.sensorTopic, owned, letter)]).catch((error: unknown) => {
        if (classifyKafka(error) !== 'reject') throw error
        log.error({ offset: letter.offset, partition: owned.partition, reason: messageOf(error) },
          'Kafka refuses this dead letter; it stays in the table dead_letter')
      })
      await advanceOutbox(pool, owned.logKey, 'dead_letter', letter.offset + 1, 1)
    }
    return letters.length === DEAD_LETTERS_PER_SEND
  }

  const loop = startFollowLoop({
    pass: publishAll, waiting: 'alerts and dead letters wait in the outbox', again: 'alerts and dead letters are published again', pollMs: POLL_MS, log,
  })
  loop.running.catch(fail)
  return {
    own(owned) {
      logs = owned
      loop.wake()
    },
    wake: loop.wake,
    stop: loop.finish,
    failed,
  }
}

function alertMessage(topic: string, { offset: _, timestampMs, ...alert }: UnsentAlert & { offset?: number }): OutgoingMessage {
  const message: Alert = { ...alert, timestamp: new Date(timestampMs).toISOString() }
  return { topic, key: Buffer.from(alert.sensor_id), value: Buffer.from(JSON.stringify(message)) }
}

function deadLetterMessage(sensorTopic: string, { partition, topicId, generation }: OwnedLog, letter: OutboxDeadLetter): OutgoingMessage {
  const headers = {
    reason: letter.reason, detail: letter.detail, topic: sensorTopic, partition: String(partition), offset: String(letter.offset),
    time: letter.createdAt.toISOString(), topic_id: topicId, generation: String(generation),
  }
  return {
    topic: deadLetterTopic(sensorTopic), key: letter.key, value: letter.value, partition: 0,
    headers: Object.entries(headers).map(([name, value]) => [Buffer.from(name), Buffer.from(value)] as const),
  }
}
