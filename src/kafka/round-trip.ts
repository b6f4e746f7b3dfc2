import { randomBytes } from 'node:crypto'
import { linkAbort } from '../runtime/abort.ts'
import { withRetry } from '../runtime/retry.ts'
import type { KafkaConnection } from './client.ts'
import { classifyKafka } from './errors.ts'
import { recordsOf } from './log-chunk.ts'
import { createLogReader } from './log-reader.ts'
import type { LogPosition } from './log-reader.ts'
import { createKafkaProducer } from './producer.ts'

/**
 * Writes a message to each of the partitions and reads it back. For a topic that nobody else writes to: what comes is compared. Throws
 * an error for `classifyKafka`, or the signal's reason.
 */
export async function roundTrip(connection: KafkaConnection, topic: string, partitions: readonly number[], signal: AbortSignal): Promise<void> {
  const producer = createKafkaProducer(connection)
  const reader = createLogReader(connection, topic)
  const stop = linkAbort(signal)
  // A client that is closed gives up; by itself it would go on for longer than anybody waits.
  const giveUp = (): void => { Promise.all([producer.close(), reader.close()]).catch(() => undefined) }
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    // A topic that has just been made isn't known to every broker at once.
    const bounds = await withRetry(() => reader.bounds(partitions), { classify: classifyKafka, signal, maxWaitMs: 200 })
    const starts = new Map<number, LogPosition>([...bounds].map(([partition, { topicId, end }]) => [partition, { topicId, offset: end }]))
    const sent = new Map(partitions.map((partition) => [partition, randomBytes(16)]))
    await producer.send([...sent].map(([partition, value]) => ({ topic, partition, value })))
    await reader.read(starts, async (chunk) => {
      const { partition } = chunk
      if ([...recordsOf(chunk)].some(({ value }) => value !== null && sent.get(partition)?.equals(value) === true)) sent.delete(partition)
      if (sent.size === 0) stop.abort()
    }, stop.signal)
    signal.throwIfAborted()
  } finally {
    stop.release()
    signal.removeEventListener('abort', giveUp)
    await Promise.all([producer.close(), reader.close()])
  }
}
