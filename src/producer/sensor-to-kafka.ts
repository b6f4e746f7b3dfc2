import { setTimeout as sleep } from 'node:timers/promises'
import type { EncodeReading } from '../contract/encode-reading.ts'
import { classifyKafka } from '../kafka/errors.ts'
import type { KafkaProducer } from '../kafka/producer.ts'
import { RECORD_OVERHEAD_BYTES } from '../kafka/record-batch.ts'
import { messageOf } from '../runtime/errors.ts'
import type { Log } from '../runtime/log.ts'
import type { Signal } from '../sensor/signal.ts'
import { createBuffer } from './buffer.ts'
import { startSampling } from './sampling.ts'

export interface SensorToKafkaOptions {
  readonly signal: Signal
  readonly encode: EncodeReading
  /** The messages' key: all readings of a sensor go to one partition, in order. */
  readonly sensorId: string
  readonly topic: string
  readonly samplingIntervalMs: number
  readonly bufferMax: number
  /** Called at the start, and again when the client is in a state that it doesn't recover from. */
  readonly createProducer: () => KafkaProducer
  /** Makes sure that the topic exists; repeated until it succeeds. */
  readonly prepareTopic: () => Promise<unknown>
  readonly onAcknowledged: (count: number) => void
  readonly log: Log
}

export interface SensorToKafka {
  readonly counts: {
    /** Readings made: the sequence of the newest. */
    readonly made: number
    /** Readings that Kafka has acknowledged. */
    readonly acknowledged: number
    readonly buffered: number
    /** Readings given up: the buffer was full, or Kafka would never take them. */
    readonly dropped: number
  }
  /** Makes no more readings, and gives those that are left `flushMs` to be acknowledged. Safe to call twice. */
  stop(flushMs: number): Promise<void>
  /** Settles only if sending fails in a way that a person has to mend; rejects with that failure. */
  readonly failed: Promise<never>
}

/** One call is one record batch: well below the topic's 4 MB, and below the 1 MB that other clusters allow by default. */
const MAX_BATCH_BYTES = 512 * 1024
const MAX_BATCH_COUNT = 1_000
const RETRY_WAIT_MS = 500
/** An election takes less; the client itself goes on trying for most of a minute before it says anything. */
const UNREACHABLE_AFTER_MS = 3_000
const CLOSE_MS = 1_000

interface Waiting {
  readonly value: Buffer
  readonly sizeBytes: number
}

/** The path of a reading: sampled, put into the buffer, sent, acknowledged, and only then taken out of the buffer. */
export function startSensorToKafka(options: SensorToKafkaOptions): SensorToKafka {
  const { signal, encode, topic, log, onAcknowledged } = options
  const key = Buffer.from(options.sensorId)
  const buffer = createBuffer<Waiting>(options.bufferMax)
  const connection = createConnectionState(log, () => buffer.length)
  let producer = options.createProducer()
  let prepared = false
  let made = 0
  let acknowledged = 0
  let refused = 0
  // What is in flight can't be dropped for newer readings, so it is a small part of the buffer.
  const mostAtOnce = Math.min(MAX_BATCH_COUNT, Math.ceil(options.bufferMax / 10))
  let maxCount = mostAtOnce
  let stopping = false
  const abandon = new AbortController()
  const abandoned = new Promise<void>((resolve) => { abandon.signal.addEventListener('abort', () => { resolve() }) })
  let wake: () => void = () => undefined

  function sample(timeMs: number): void {
    const { value, quality } = signal.next(timeMs)
    made++
    const bytes = Buffer.from(encode(made, timeMs, value, quality))
    const droppedBefore = buffer.dropped
    buffer.push({ value: bytes, sizeBytes: bytes.length + key.length + RECORD_OVERHEAD_BYTES })
    if (droppedBefore === 0 && buffer.dropped > 0) log.warn({ bufferMax: options.bufferMax }, 'the buffer is full, the oldest readings are dropped')
    wake()
  }

  async function sendAll(): Promise<void> {
    while (!abandon.signal.aborted) {
      if (buffer.length > 0) await sendOldest()
      else if (stopping) return
      else await new Promise<void>((resolve) => { wake = resolve })
    }
  }

  /** One batch at a time, so that the order is that of the buffer whatever fails. */
  async function sendOldest(): Promise<void> {
    const slow = setTimeout(() => { connection.lost() }, UNREACHABLE_AFTER_MS)
    let count = 0
    try {
      if (!prepared) await options.prepareTopic()
      prepared = true
      const batch = buffer.hold(maxCount, MAX_BATCH_BYTES)
      count = batch.length
      await producer.send(batch.map(({ value }) => ({ topic, key, value })))
      buffer.remove(count)
      acknowledged += count
      maxCount = Math.min(mostAtOnce, 2 * maxCount)
      connection.works()
      onAcknowledged(count)
    } catch (error) {
      buffer.release()
      if (!abandon.signal.aborted) await recover(error, count)
    } finally {
      clearTimeout(slow)
    }
  }

  async function recover(failure: unknown, count: number): Promise<void> {
    switch (classifyKafka(failure)) {
      case 'exit':
        throw failure
      case 'reject':
        if (count > 0) refuse(failure, count)
        return
      case 'crash':
        // The readings in memory exist nowhere else. A fresh client forgets as much as a fresh process would, and they stay.
        log.error({ err: failure }, 'sending failed in an unknown way; going on with a new Kafka client')
        closeQuietly(producer, log)
        producer = options.createProducer()
        break
      case 'retry':
        connection.lost(failure)
    }
    // The cluster may be another one when it is back.
    prepared = false
    await sleep(RETRY_WAIT_MS, undefined, { signal: abandon.signal }).catch(() => undefined)
  }

  /** Kafka will never take this batch. Smaller ones pass, or find the reading that is to blame; only that one is given up. */
  function refuse(failure: unknown, count: number): void {
    if (count > 1) {
      maxCount = Math.ceil(count / 2)
      return
    }
    buffer.remove(1)
    refused++
    log.error({ reason: messageOf(failure), refused }, 'Kafka refuses a reading for good; it is dropped')
  }

  const sending = sendAll()
  const sampling = startSampling(options.samplingIntervalMs, sample)

  return {
    get counts() {
      return { made, acknowledged, buffered: buffer.length, dropped: buffer.dropped + refused }
    },
    async stop(flushMs) {
      sampling.stop()
      stopping = true
      wake()
      const deadline = setTimeout(() => abandon.abort(), flushMs)
      await Promise.race([sending.catch(() => undefined), abandoned])
      clearTimeout(deadline)
      await Promise.race([producer.close().catch((error: unknown) => { log.debug({ err: error }, 'closing the Kafka client failed') }), sleep(CLOSE_MS)])
    },
    failed: new Promise((_resolve, reject) => { sending.catch(reject) }),
  }
}

interface ConnectionState {
  works(): void
  lost(error?: unknown): void
}

/** One line when Kafka stops to acknowledge, one when it does again. */
function createConnectionState(log: Log, buffered: () => number): ConnectionState {
  let lostSince: number | null = null
  return {
    works() {
      if (lostSince === null) return
      log.info({ seconds: Math.round((performance.now() - lostSince) / 1000) }, 'Kafka acknowledges again, the kept readings are sent')
      lostSince = null
    },
    lost(error) {
      if (lostSince !== null) return
      lostSince = performance.now()
      log.warn({ buffered: buffered(), ...(error === undefined ? {} : { reason: messageOf(error) }) }, 'Kafka does not acknowledge; readings are kept')
    },
  }
}

function closeQuietly(producer: KafkaProducer, log: Log): void {
  producer.close().catch((error: unknown) => { log.debug({ err: error }, 'closing the Kafka client failed') })
}
