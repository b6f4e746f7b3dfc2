import { Consumer } from '@platformatic/kafka'
import type { ClusterMetadata } from '@platformatic/kafka'
import { linkAbort, pause } from '../runtime/abort.ts'
import { clientOptions } from './client.ts'
import type { KafkaConnection } from './client.ts'
import { EARLIEST, LATEST } from './log-offsets.ts'
import { toSlice } from './log-slice.ts'
import type { LogSlice } from './log-slice.ts'

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
   * Fetches from these offsets on until the signal is aborted, then resolves. Slices of a partition come in order, without gap or
   * overlap; `onSlice` holds the fetching back until its promise resolves. Rejects with an error for `classifyKafka`.
   */
  read(positions: ReadonlyMap<number, LogPosition>, onSlice: (slice: LogSlice) => Promise<void>, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export interface LogPosition {
  readonly topicId: string
  readonly offset: number
}

const MAX_WAIT_MS = 200
const PARTITION_MAX_BYTES = 2 * 1024 * 1024
const FETCH_MAX_BYTES = 8 * 1024 * 1024
/** A broker that leads none of our partitions is looked at again after it. */
const IDLE_MS = 200

/**
 * Reads partitions from offsets that we choose. It is not the client's stream: that ends when a broker is killed, keeps its old
 * position when a partition returns, and lets fetches land after a rebalance. This is also the fastest way (791,000 messages a
 * second where the stream did 363,000).
 */
export function createLogReader(connection: KafkaConnection, topic: string): LogReader {
  // Retries are this file's: a retry inside the client would go on asking a leader that has moved.
  const client = new Consumer({ ...clientOptions(connection), retries: 1, groupId: `${connection.clientId}-reads`, autocommit: false })
  client.topics.track(topic)

  async function metadata(): Promise<ClusterMetadata> {
    return client.metadata({ topics: [topic] })
  }

  async function read(
    start: ReadonlyMap<number, LogPosition>, onSlice: (slice: LogSlice) => Promise<void>, signal: AbortSignal,
  ): Promise<void> {
    const positions = new Map([...start].map(([partition, { offset }]) => [partition, offset]))
    const topicId = [...start.values()][0]?.topicId
    if (topicId === undefined) return
    const stop = linkAbort(signal)
    const failures: unknown[] = []
    const loops = new Map<number, Promise<void>>()

    async function readFrom(node: number): Promise<void> {
      while (!stop.signal.aborted) {
        const leaders = (await metadata()).topics.get(topic)?.partitions ?? []
        const led = [...positions.keys()].filter((partition) => leaders[partition]?.leader === node)
        if (led.length === 0) await pause(IDLE_MS, stop.signal)
        else await fetchOnce(node, led)
      }
    }

    async function fetchOnce(node: number, partitions: readonly number[]): Promise<void> {
      const response = await client.fetch({
        node, maxWaitTime: MAX_WAIT_MS, minBytes: 1, maxBytes: FETCH_MAX_BYTES, isolationLevel: 1,
        topics: [{
          topicId: topicId as string,
          partitions: partitions.map((partition) => ({
            partition, fetchOffset: BigInt(positions.get(partition) as number), currentLeaderEpoch: -1, lastFetchedEpoch: -1,
            partitionMaxBytes: PARTITION_MAX_BYTES,
          })),
        }],
      })
      for (const fetched of response.responses.flatMap((each) => each.partitions)) {
        const position = positions.get(fetched.partitionIndex)
        if (stop.signal.aborted || position === undefined) return
        const slice = toSlice(fetched, position)
        // While a leader moves, two brokers may have been asked for the same offset: the first answer counts.
        if (slice === null || slice.firstOffset !== positions.get(slice.partition)) continue
        positions.set(slice.partition, slice.nextOffset)
        await onSlice(slice)
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
