import { recordsOf } from '../../src/kafka/log-chunk.ts'
import { createLogReader } from '../../src/kafka/log-reader.ts'
import type { LogRecord } from '../../src/kafka/log-slice.ts'

/** The messages of a partition from its begin on, when there are so many. */
export async function readMessages(brokers: readonly string[], topic: string, partition: number, wanted: number): Promise<LogRecord[]> {
  const reader = createLogReader({ brokers, clientId: 'test-reader' }, topic)
  const bounds = await reader.bounds([partition])
  const stop = new AbortController()
  const found: LogRecord[] = []
  await reader.read(new Map([...bounds].map(([each, { topicId }]) => [each, { topicId, offset: 0 }])), async (slice) => {
    found.push(...recordsOf(slice))
    if (found.length >= wanted) stop.abort()
  }, AbortSignal.any([stop.signal, AbortSignal.timeout(10_000)]))
  await reader.close()
  return found
}
