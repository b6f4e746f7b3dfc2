import { setTimeout as sleep } from 'node:timers/promises'
import { createBatchProducer } from '../kafka/batch-producer.ts'
import type { KafkaConnection } from '../kafka/client.ts'
import type { Compression } from '../kafka/record-batch.ts'
import { messageOf } from '../runtime/errors.ts'
import type { Log } from '../runtime/log.ts'
import type { Sample } from '../sensor/signal.ts'
import { CHUNK_BYTES, addToChunk } from './chunk.ts'
import type { Chunk } from './chunk.ts'
import { startLane } from './partition-lane.ts'
import type { ReadingWriter } from './reading-writer.ts'

export interface FleetToKafkaOptions {
  readonly kafka: KafkaConnection
  readonly topic: string
  readonly partitions: number
  readonly bufferBytes: number
  readonly compression: Compression
  /** How long a reading waited, ms, and for how many readings that holds. */
  readonly onLatency: (latencyMs: number, count: number) => void
  readonly onAcknowledged: (count: number) => void
  readonly log: Log
}

export interface Positions {
  /** The offset of our first reading in the partition, and the one after our last that is acknowledged. */
  readonly first: number
  readonly end: number
}

/** The way of all readings of the fleet to Kafka. */
export interface FleetToKafka {
  /** Takes a reading into the buffer. `nowMs` is on the clock of `performance.now()`. */
  push(partition: number, writer: ReadingWriter, sequence: number, timeMs: number, sample: Sample, nowMs: number): void
  /** Sends what there is, as soon as what is in flight is acknowledged. */
  flush(): void
  /** Resolves when there is room for more without dropping anything, or the signal is aborted. */
  room(signal: AbortSignal): Promise<void>
  /** By partition; of those that have acknowledged anything. */
  readonly positions: ReadonlyMap<number, Positions>
  readonly counts: { readonly acknowledged: number, readonly waiting: number, readonly dropped: number }
  /** Waits until all is acknowledged, until the signal is aborted at the latest, and closes the client. */
  close(signal: AbortSignal): Promise<void>
  readonly failed: Promise<never>
}

const MIN_CHUNKS = 8
/** A few keep Kafka busy; more only make the readings older. */
const QUEUED_WITH_ROOM = 2
const ROOM_POLL_MS = 1
const CLOSE_MS = 1_000

export function startFleetToKafka(options: FleetToKafkaOptions): FleetToKafka {
  const { kafka, topic, partitions, log } = options
  let producer = createBatchProducer(kafka, topic, options.compression)
  const positions = new Map<number, Positions>()
  let acknowledged = 0
  /** By partition: since when its readings are not acknowledged. */
  const lostSinceMs = new Map<number, number>()

  function onAcknowledged(partition: number, chunk: Chunk, firstOffset: number): void {
    const nowMs = performance.now()
    for (const { ms, count } of chunk.made) options.onLatency(nowMs - ms, count)
    positions.set(partition, { first: positions.get(partition)?.first ?? firstOffset, end: firstOffset + chunk.readings })
    acknowledged += chunk.readings
    options.onAcknowledged(chunk.readings)
    const sinceMs = lostSinceMs.get(partition)
    if (sinceMs === undefined) return
    log.info({ partition, seconds: Math.round((nowMs - sinceMs) / 1000) }, 'Kafka acknowledges again, the kept readings are sent')
    lostSinceMs.delete(partition)
  }

  function onTrouble(partition: number, failure: unknown): void {
    if (lostSinceMs.has(partition)) return
    lostSinceMs.set(partition, performance.now())
    log.warn({ partition, reason: messageOf(failure) }, 'Kafka does not acknowledge; readings are kept')
  }

  function replaceClient(failure: unknown): void {
    // The readings in memory exist nowhere else. A fresh client forgets as much as a fresh process would, and they stay.
    log.error({ err: failure }, 'sending failed in an unknown way; going on with a new Kafka client')
    closeClient().catch(() => undefined)
    producer = createBatchProducer(kafka, topic, options.compression)
  }

  async function closeClient(): Promise<void> {
    await producer.close().catch((error: unknown) => { log.debug({ err: error }, 'closing the Kafka client failed') })
  }

  const maxChunks = Math.max(MIN_CHUNKS, Math.floor(options.bufferBytes / CHUNK_BYTES / partitions))
  const lanes = Array.from({ length: partitions }, (_, partition) => startLane({
    partition, maxChunks, replaceClient, onAcknowledged, onTrouble, send: (...batch) => producer.send(...batch),
  }))
  const dropped = (): number => lanes.reduce((sum, lane) => sum + lane.dropped, 0)
  let warned = false

  return {
    push(partition, writer, sequence, timeMs, sample, nowMs) {
      const lane = lanes[partition] as typeof lanes[number]
      const chunk = lane.reserve(writer.maxBytes)
      addToChunk(chunk, writer.write(chunk.bytes, chunk.length, chunk.readings, sequence, timeMs, sample), nowMs)
    },
    flush() {
      for (const lane of lanes) lane.flush()
      if (warned || dropped() === 0) return
      warned = true
      log.warn({ bufferBytes: options.bufferBytes }, 'the buffer is full, the oldest readings are dropped')
    },
    async room(signal) {
      while (!signal.aborted && lanes.some((lane) => lane.queued > QUEUED_WITH_ROOM)) await sleep(ROOM_POLL_MS)
    },
    positions,
    get counts() {
      return { acknowledged, waiting: lanes.reduce((sum, lane) => sum + lane.readings, 0), dropped: dropped() }
    },
    async close(signal) {
      await Promise.all(lanes.map((lane) => lane.drain(signal)))
      await Promise.race([closeClient(), sleep(CLOSE_MS)])
    },
    failed: Promise.race(lanes.map((lane) => lane.failed)),
  }
}
