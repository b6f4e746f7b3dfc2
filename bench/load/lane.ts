import { setTimeout as sleep } from 'node:timers/promises'
import { classifyKafka } from '../../src/kafka/errors.ts'
import { createKafkaProducer } from '../../src/kafka/producer.ts'
import { createBuffer } from '../../src/producer/buffer.ts'
import { messageOf } from '../../src/runtime/errors.ts'
import type { Log } from '../../src/runtime/log.ts'
import type { Fate } from './record.ts'

/** A reading on its way. */
export interface Message {
  readonly sensor: number
  readonly sequence: number
  /** On the clock of `performance.now()`. */
  readonly madeMs: number
  readonly key: string
  readonly text: string
  readonly sizeBytes: number
}

export interface LaneOptions {
  readonly brokers: readonly string[]
  readonly topic: string
  readonly partition: number
  readonly capacity: number
  /** Called once for each message, in order. */
  readonly settled: (batch: readonly Message[], fate: Fate) => void
  readonly log: Log
}

export interface Lane {
  push(message: Message): void
  /** Sends what was pushed, as soon as what is in flight is acknowledged. */
  flush(): void
  /** Waits until all are settled; what Kafka hasn't acknowledged by then is settled as unknown or unsent. */
  drain(timeoutMs: number): Promise<void>
  /** Settles only if Kafka fails in a way that a person has to mend. */
  readonly failed: Promise<never>
}

/** Half of what the topic takes: fewer and larger batches were not faster. */
const MAX_BATCH_BYTES = 2 * 1024 * 1024
const MAX_BATCH_COUNT = 5_000
const RETRY_WAIT_MS = 200

/**
 * The way to one partition: one batch in flight, so that the order is kept whatever fails, and with a client of its own, so that
 * a partition whose leader is dead doesn't hold up the others.
 */
export function startLane(options: LaneOptions): Lane {
  const { topic, partition, log, settled } = options
  const connection = { brokers: options.brokers, clientId: `load-${partition}` }
  const waiting = createBuffer<Message>(options.capacity)
  const abandon = new AbortController()
  let producer = createKafkaProducer(connection)
  let wake: () => void = () => undefined
  let attempted = 0
  let maxCount = MAX_BATCH_COUNT
  let draining = false

  function take(count: number, fate: Fate): void {
    const batch = waiting.hold(count, Infinity)
    waiting.remove(batch.length)
    attempted = Math.max(0, attempted - batch.length)
    settled(batch, fate)
  }

  async function sendAll(): Promise<void> {
    while (!abandon.signal.aborted) {
      if (waiting.length > 0) await sendOldest()
      else if (draining) return
      else await new Promise<void>((resolve) => { wake = resolve })
    }
  }

  async function sendOldest(): Promise<void> {
    const batch = waiting.hold(maxCount, MAX_BATCH_BYTES)
    attempted = Math.max(attempted, batch.length)
    try {
      await producer.send(batch.map(({ key, text }) => ({ topic, partition, key: Buffer.from(key), value: Buffer.from(text) })))
      if (abandon.signal.aborted) return
      take(batch.length, 'acknowledged')
      maxCount = Math.min(MAX_BATCH_COUNT, 2 * maxCount)
    } catch (error) {
      if (!abandon.signal.aborted) await recover(error, batch.length)
    }
  }

  async function recover(failure: unknown, count: number): Promise<void> {
    const disposition = classifyKafka(failure)
    log.warn({ partition, count, disposition, reason: messageOf(failure) }, 'a batch was not acknowledged')
    if (disposition === 'exit') throw failure
    if (disposition === 'reject') {
      if (count === 1) take(1, 'refused')
      maxCount = Math.max(1, Math.ceil(count / 2))
      return
    }
    if (disposition === 'crash') {
      log.error({ err: failure }, 'going on with a new Kafka client')
      close()
      producer = createKafkaProducer(connection)
    }
    await sleep(RETRY_WAIT_MS)
  }

  function close(): void {
    producer.close().catch((error: unknown) => { log.debug({ err: error }, 'closing the Kafka client failed') })
  }

  const sending = sendAll()
  return {
    push(message) { waiting.push(message) },
    flush() { wake() },
    async drain(timeoutMs) {
      draining = true
      wake()
      const deadline = setTimeout(() => { abandon.abort() }, timeoutMs)
      await Promise.race([sending, new Promise((resolve) => { abandon.signal.addEventListener('abort', resolve) })])
      clearTimeout(deadline)
      abandon.abort()
      if (attempted > 0) take(attempted, 'unknown')
      if (waiting.length > 0) take(waiting.length, 'unsent')
      close()
    },
    failed: new Promise((_resolve, reject) => { sending.catch(reject) }),
  }
}
