import { setTimeout as sleep } from 'node:timers/promises'
import { classifyKafka } from '../kafka/errors.ts'
import { ExitError, messageOf } from '../runtime/errors.ts'
import { createChunk, emptyChunk } from './chunk.ts'
import type { Chunk } from './chunk.ts'

export interface LaneOptions {
  readonly partition: number
  /** Chunks in memory at most, 3 or more; what is beyond drops the oldest. */
  readonly maxChunks: number
  /** Resolves with the offset of the first reading. Rejects with an error for `classifyKafka`. */
  readonly send: (partition: number, bytes: Buffer, count: number) => Promise<number>
  /** The client is in a state that it doesn't recover from. */
  readonly replaceClient: (failure: unknown) => void
  readonly onAcknowledged: (partition: number, chunk: Chunk, firstOffset: number) => void
  /** Called with each failure that passes; the chunk is sent again. */
  readonly onTrouble: (partition: number, failure: unknown) => void
}

/** The way to one partition. */
export interface Lane {
  /** The chunk that has room for so many bytes more. */
  reserve(bytes: number): Chunk
  /** Sends what there is, as soon as what is in flight is acknowledged; full chunks are sent without it. */
  flush(): void
  /** Chunks that wait, beside the one being filled. */
  readonly queued: number
  /** Readings made and neither acknowledged nor dropped. */
  readonly readings: number
  readonly dropped: number
  /** Resolves when everything is acknowledged, or the signal is aborted; nothing is sent after it. */
  drain(signal: AbortSignal): Promise<void>
  /** Settles only when Kafka fails in a way that a person has to mend. */
  readonly failed: Promise<never>
}

const RETRY_WAIT_MS = 250
const DRAIN_POLL_MS = 5

/** One chunk in flight, so that the order is kept and nothing is stored twice whatever fails. */
export function startLane(options: LaneOptions): Lane {
  const { partition, maxChunks } = options
  const waiting: Chunk[] = []
  const free: Chunk[] = []
  const ended = new AbortController()
  let open = createChunk()
  let chunks = 1
  let inFlight: Chunk | null = null
  let flushWanted = false
  let dropped = 0
  let wake: () => void = () => undefined

  function freshChunk(): Chunk {
    const used = free.pop()
    if (used !== undefined) return used
    if (chunks < maxChunks) {
      chunks++
      return createChunk()
    }
    // All others wait: at most one of them is in flight, and that isn't in the list.
    const oldest = waiting.shift() as Chunk
    dropped += oldest.readings
    return emptyChunk(oldest)
  }

  function queueOpen(): void {
    waiting.push(open)
    open = freshChunk()
  }

  async function sendAll(): Promise<void> {
    while (!ended.signal.aborted) {
      if (waiting.length === 0 && flushWanted && open.readings > 0) queueOpen()
      flushWanted &&= waiting.length > 0
      inFlight = waiting.shift() ?? null
      if (inFlight === null) await new Promise<void>((resolve) => { wake = resolve })
      else await sendChunk(inFlight)
    }
  }

  async function sendChunk(chunk: Chunk): Promise<void> {
    while (!ended.signal.aborted) {
      try {
        const firstOffset = await options.send(partition, chunk.bytes.subarray(0, chunk.length), chunk.readings)
        inFlight = null
        options.onAcknowledged(partition, chunk, firstOffset)
        free.push(emptyChunk(chunk))
        return
      } catch (error) {
        recover(error, chunk)
      }
      await sleep(RETRY_WAIT_MS)
    }
  }

  function recover(failure: unknown, { readings, length }: Chunk): void {
    switch (classifyKafka(failure)) {
      case 'exit':
        throw failure
      case 'reject':
        throw new ExitError(`Kafka refuses a batch of ${readings} readings, ${length} bytes, for good: ${messageOf(failure)}`)
      case 'crash':
        options.replaceClient(failure)
        break
      case 'retry':
        options.onTrouble(partition, failure)
    }
  }

  const sending = sendAll()
  sending.catch(() => { ended.abort() })
  return {
    failed: new Promise((_resolve, reject) => { sending.catch(reject) }),
    reserve(bytes) {
      if (open.length + bytes > open.bytes.length) {
        queueOpen()
        wake()
      }
      return open
    },
    flush() {
      flushWanted = true
      wake()
    },
    get queued() { return waiting.length },
    get readings() { return waiting.reduce((sum, chunk) => sum + chunk.readings, open.readings + (inFlight?.readings ?? 0)) },
    get dropped() { return dropped },
    async drain(signal) {
      while (!signal.aborted && !ended.signal.aborted && (waiting.length > 0 || open.readings > 0 || inFlight !== null)) {
        flushWanted = true
        wake()
        await sleep(DRAIN_POLL_MS)
      }
      ended.abort()
      wake()
    },
  }
}
