import { Consumer } from '@platformatic/kafka'
import type { ClusterMetadata } from '@platformatic/kafka'
import { linkAbort, pause } from '../runtime/abort.ts'
import { clientOptions } from './client.ts'
import type { KafkaConnection } from './client.ts'
import { OldBrokerError, classifyKafka } from './errors.ts'
import { FETCH_VERSION, fetchChunks } from './fetch-chunks.ts'
import type { LogChunk } from './log-chunk.ts'
import { EARLIEST, LATEST } from './log-offsets.ts'
import { negotiatedApi } from './negotiated-api.ts'

/** A partition's log as it is found when it is opened: which one it is, and its offsets from `first` up to, not including, `end`. */
export interface OpenedLog {
  readonly topicId: string
  readonly first: number
  readonly end: number
}

export interface LogReader {
  /**
   * Asks the leaders. Rejects with an error for `classifyKafka`, also when only one of them doesn't answer: who reads from these offsets
   * on, as the consumers do, must not leave a partition out. `readBounds` is for those who only look.
   */
  bounds(partitions: readonly number[]): Promise<Map<number, OpenedLog>>
  /**
   * Fetches from these offsets on until the signal is aborted, then resolves. Chunks of a partition come in order, without gap or
   * overlap; `onChunk` holds the fetching back until its promise resolves. Rejects with an error for `classifyKafka`.
   */
  read(positions: ReadonlyMap<number, LogPosition>, onChunk: (chunk: LogChunk) => Promise<void>, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export interface LogPosition {
  readonly topicId: string
  readonly offset: number
}

const MAX_WAIT_MS = 200
/** In memory. What is asked for is what it takes on the wire, which compression makes ten times less or so. */
const PARTITION_MAX_BYTES = 2 * 1024 * 1024
const LEAST_BYTES = 64 * 1024
/** Until the first fetch has told. */
const FIRST_EXPANSION = 8
const FETCH_MAX_BYTES = 8 * 1024 * 1024
/** A broker that leads none of our partitions is looked at again after it. */
const IDLE_MS = 200

/**
 * Reads partitions from offsets that we choose. It is not the client's stream: that ends when a broker is killed, keeps its old
 * position when a partition returns, and lets fetches land after a rebalance.
 */
export function createLogReader(connection: KafkaConnection, topic: string): LogReader {
  // Retries are this file's: a retry inside the client would go on asking a leader that has moved.
  const client = new Consumer({ ...clientOptions(connection), retries: 1, groupId: `${connection.clientId}-reads`, autocommit: false })
  client.topics.track(topic)

  async function metadata(): Promise<ClusterMetadata> {
    return client.metadata({ topics: [topic] })
  }

  async function read(
    start: ReadonlyMap<number, LogPosition>, onChunk: (chunk: LogChunk) => Promise<void>, signal: AbortSignal,
  ): Promise<void> {
    const positions = new Map([...start].map(([partition, { offset }]) => [partition, offset]))
    const topicId = [...start.values()][0]?.topicId
    if (topicId === undefined) return
    const stop = linkAbort(signal)
    const failures: unknown[] = []
    const loops = new Map<number, Promise<void>>()
    const failing = new Set<number>()
    /** How many bytes in memory came of one on the wire with the last fetch, by partition. */
    const expansion = new Map<number, number>()

    async function readFrom(node: number): Promise<void> {
      while (!stop.signal.aborted) {
        const leaders = (await metadata()).topics.get(topic)?.partitions ?? []
        const led = [...positions.keys()].filter((partition) => leaders[partition]?.leader === node)
        if (led.length === 0) await pause(IDLE_MS, stop.signal)
        else await fetchPatiently(node, led)
      }
    }

    /** A leader that has moved is found by the second attempt; what fails then is told. */
    async function fetchPatiently(node: number, partitions: readonly number[]): Promise<void> {
      try {
        await fetchOnce(node, partitions)
        failing.delete(node)
      } catch (error) {
        if (failing.has(node) || classifyKafka(error) !== 'retry') throw error
        failing.add(node)
        client.clearMetadata()
        await pause(IDLE_MS, stop.signal)
      }
    }

    async function fetchOnce(node: number, partitions: readonly number[]): Promise<void> {
      const broker = (await metadata()).brokers.get(node)
      if (broker === undefined) return
      const chunks = await fetchChunks(await client.connections.get(broker), {
        topicId: topicId as string, maxWaitMs: MAX_WAIT_MS, maxBytes: FETCH_MAX_BYTES,
        positions: partitions.map((partition) => ({
          partition, offset: positions.get(partition) as number,
          maxBytes: Math.max(LEAST_BYTES, Math.round(PARTITION_MAX_BYTES / (expansion.get(partition) ?? FIRST_EXPANSION))),
        })),
      })
      for (const chunk of chunks) {
        if (stop.signal.aborted) return
        // While a leader moves, two brokers may have been asked for the same offset: the first answer counts.
        if (chunk.firstOffset !== positions.get(chunk.partition)) continue
        positions.set(chunk.partition, chunk.nextOffset)
        expansion.set(chunk.partition, Math.max(1, chunk.sizeBytes / chunk.wireBytes))
        await onChunk(chunk)
      }
    }

    /** One loop a broker: a broker without news holds its answer back for a while and must not hold back the others'. */
    async function watchBrokers(): Promise<void> {
      while (!stop.signal.aborted) {
        for (const node of (await metadata()).brokers.keys()) {
          if (!loops.has(node)) loops.set(node, guard(readFrom(node)))
        }
        await pause(IDLE_MS, stop.signal)
      }
    }

    async function guard(loop: Promise<void>): Promise<void> {
      try {
        await loop
      } catch (error) {
        failures.push(error)
        stop.abort()
      }
    }

    await guard(watchBrokers())
    await Promise.all(loops.values())
    stop.release()
    if (failures.length > 0 && !signal.aborted) {
      client.clearMetadata()
      throw failures[0]
    }
  }

  return {
    read,
    async bounds(partitions) {
      client.clearMetadata()
      if ((await negotiatedApi(client, 'Fetch')).version < FETCH_VERSION) throw new OldBrokerError('the brokers are older than Kafka 3.1')
      const topicId = (await metadata()).topics.get(topic)?.id
      if (topicId === undefined) throw new TypeError(`no metadata (reading 'partitions') of ${topic}`)
      const wanted = { topics: [topic], partitions: { [topic]: [...partitions] } }
      const [earliest, latest] = await Promise.all([
        client.listOffsets({ ...wanted, timestamp: BigInt(EARLIEST) }), client.listOffsets({ ...wanted, timestamp: BigInt(LATEST) }),
      ])
      return new Map(partitions.map((partition) => [partition, {
        topicId, first: offsetOf(earliest.get(topic), partition), end: offsetOf(latest.get(topic), partition),
      }]))
    },
    close: () => client.close(true),
  }
}

function offsetOf(offsets: readonly bigint[] | undefined, partition: number): number {
  const offset = offsets?.[partition]
  if (offset === undefined || offset < 0n) throw new TypeError(`no offset (reading 'partitions') of partition ${partition}`)
  return Number(offset)
}
