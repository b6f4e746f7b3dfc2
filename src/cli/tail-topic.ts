import { askBrokers } from '../kafka/broker-requests.ts'
import type { KafkaConnection } from '../kafka/client.ts'
import { classifyKafka } from '../kafka/errors.ts'
import { createLogReader } from '../kafka/log-reader.ts'
import type { LogPosition } from '../kafka/log-reader.ts'
import { recordsOf } from '../kafka/log-chunk.ts'
import type { LogChunk } from '../kafka/log-chunk.ts'
import { readTopology } from '../kafka/topology.ts'
import { linkAbort, pause } from '../runtime/abort.ts'
import { ExitError, messageOf } from '../runtime/errors.ts'
import type { MessageFormat, ShownLine } from './shown-message.ts'
import { printNotice } from './terminal.ts'

export interface TopicTail {
  /** The last messages that the format shows, oldest first, of at most `window` of each partition. */
  last(count: number, window: number): Promise<ShownLine[]>
  /** What comes after those, until the signal is aborted. */
  follow(onLine: (line: ShownLine) => void): Promise<void>
  close(): Promise<void>
}

export interface TopicTailOptions {
  readonly connection: KafkaConnection
  readonly topic: string
  readonly format: MessageFormat
  /** While Kafka is away: wait for it, and say so once. Else that is an `ExitError`. */
  readonly patient: boolean
  readonly signal: AbortSignal
}

const RETRY_MS = 500

/** Reads a topic from its end on, as an onlooker: no group, no offsets. What a person has to mend is an `ExitError`. */
export function createTopicTail({ connection, topic, format, patient, signal }: TopicTailOptions): TopicTail {
  const reader = createLogReader(connection, topic)
  const positions = new Map<number, LogPosition>()
  let away = false

  /** Tries again for as long as Kafka doesn't answer. Undefined when the signal was aborted. */
  async function untilAnswered<T>(ask: () => Promise<T>): Promise<T | undefined> {
    while (!signal.aborted) {
      try {
        return await ask()
      } catch (error) {
        if (signal.aborted) break
        // Ours: there is no such topic yet.
        const reason = error instanceof ExitError ? error.message : `Kafka doesn't answer: ${messageOf(error)}`
        const disposition = error instanceof ExitError ? 'retry' : classifyKafka(error)
        if (disposition === 'crash') throw error
        if (!patient || disposition !== 'retry') throw new ExitError(reason)
        if (!away) printNotice(`-- ${reason.replace(/\.$/, '')}; this waits for it`)
        away = true
        await pause(RETRY_MS, signal)
      }
    }
    return undefined
  }

  async function bounds(): ReturnType<typeof reader.bounds> {
    const layout = (await askBrokers(connection, (requests) => readTopology(requests, [topic]))).topics.get(topic)
    if (layout === undefined) throw new ExitError(`there is no topic ${topic} yet; \`make start-producers\` makes it`)
    const found = await reader.bounds(layout.partitions.map(({ partition }) => partition))
    if (away) printNotice('-- Kafka answers')
    away = false
    return found
  }

  function show(chunk: LogChunk, onLine: (line: ShownLine) => void): void {
    for (const record of recordsOf(chunk)) {
      const line = format(record, chunk.partition)
      if (line !== null) onLine(line)
    }
  }

  async function readLast(count: number, window: number): Promise<ShownLine[]> {
    const found = await bounds()
    const starts = new Map([...found].map(([partition, { topicId, first, end }]) => [partition, { topicId, offset: Math.max(first, end - window) }]))
    const open = new Set([...found].filter(([, { first, end }]) => end > first).map(([partition]) => partition))
    const lines: ShownLine[] = []
    for (const [partition, start] of starts) positions.set(partition, start)
    const stop = linkAbort(signal)
    if (open.size === 0) stop.abort()
    await reader.read(starts, async (chunk) => {
      positions.set(chunk.partition, { topicId: (starts.get(chunk.partition) as LogPosition).topicId, offset: chunk.nextOffset })
      show(chunk, (line) => { lines.push(line) })
      if (chunk.nextOffset >= (found.get(chunk.partition)?.end ?? 0)) open.delete(chunk.partition)
      if (open.size === 0) stop.abort()
    }, stop.signal)
    stop.release()
    return lines.toSorted((a, b) => a.timeMs - b.timeMs).slice(-count)
  }

  async function readOn(onLine: (line: ShownLine) => void): Promise<void> {
    for (const [partition, { topicId, first, end }] of await bounds()) {
      const known = positions.get(partition)
      // A topic that was made again begins anew; a log that was cut short goes on where it is now.
      const offset = known === undefined || known.topicId !== topicId ? first : Math.min(Math.max(known.offset, first), end)
      positions.set(partition, { topicId, offset })
    }
    await reader.read(positions, async (chunk) => {
      positions.set(chunk.partition, { topicId: (positions.get(chunk.partition) as LogPosition).topicId, offset: chunk.nextOffset })
      show(chunk, onLine)
    }, signal)
  }

  return {
    last: async (count, window) => await untilAnswered(() => readLast(count, window)) ?? [],
    follow: async (onLine) => untilAnswered(() => readOn(onLine)),
    close: () => reader.close(),
  }
}
