import { setTimeout as sleep } from 'node:timers/promises'
import type { PartitionState, TopicReader } from '../kafka/topic-reader.ts'
import { classifyKafka } from '../kafka/errors.ts'
import { messageOf } from '../runtime/errors.ts'
import type { Log } from '../runtime/log.ts'

export interface KafkaHealth {
  readonly status: 'healthy' | 'unhealthy' | 'unknown'
  readonly reason?: string
  /** Since when, ISO 8601. */
  readonly since: string
}

export interface KafkaState {
  readonly health: KafkaHealth
  /** As of the last answer; empty when there is none that is young enough to be shown. */
  readonly partitions: ReadonlyMap<number, PartitionState>
  close(): Promise<void>
}

export interface KafkaStateOptions {
  readonly intervalMs?: number
  readonly timeoutMs?: number
  readonly onHealthChange?: () => void
}

const INTERVAL_MS = 1_000
/** The client goes on trying for 50 s; the page says earlier that Kafka doesn't answer. */
const TIMEOUT_MS = 3_000

class KafkaTimeoutError extends Error {}

/** Keeps asking Kafka. Whatever goes wrong there is shown as Kafka's health and never stops the service, which lives from the database. */
export function watchKafka(reader: TopicReader, log: Log, options: KafkaStateOptions = {}): KafkaState {
  const { intervalMs = INTERVAL_MS, timeoutMs = TIMEOUT_MS, onHealthChange = () => {} } = options
  const stopping = new AbortController()
  let health: KafkaHealth = { status: 'unknown', since: new Date().toISOString() }
  let partitions: ReadonlyMap<number, PartitionState> = new Map()

  function become(status: 'healthy' | 'unhealthy', reason?: string): void {
    if (health.status === status && health.reason === reason) return
    if (status === 'unhealthy') log.warn({ reason }, 'Kafka does not answer; offsets and lag are not shown')
    else if (health.status === 'unhealthy') log.info('Kafka answers again')
    const since = health.status === status ? health.since : new Date().toISOString()
    health = { status, since, ...(reason === undefined ? {} : { reason }) }
    onHealthChange()
  }

  async function readOnce(): Promise<void> {
    const answer = reader.read()
    // The client may go on for long; nothing else is asked until it has ended.
    const ended = answer.then(() => {}, () => {})
    try {
      const answered = await Promise.race([answer, sleep(timeoutMs, null, { signal: stopping.signal })])
      if (answered === null) throw new KafkaTimeoutError(`no answer within ${timeoutMs} ms`)
      partitions = new Map(answered.map((partition) => [partition.partition, partition]))
      become('healthy')
    } catch (error) {
      if (stopping.signal.aborted) return
      partitions = new Map()
      const late = error instanceof KafkaTimeoutError
      if (!late && classifyKafka(error) === 'crash') log.error({ err: error }, 'Kafka could not be asked, for a reason that is not known')
      become('unhealthy', reasonOf(error))
    }
    await ended
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await readOnce()
      await sleep(intervalMs, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }

  const running = run()
  return {
    get health() { return health },
    get partitions() { return partitions },
    async close() {
      stopping.abort()
      await reader.close()
      // A call that the closed client never ends must not hold up the stop.
      await Promise.race([running, sleep(500)])
    },
  }
}

/**
 * The client's "failed 3 times" holds a failure for each time, itself made of one for each broker. The middle one is said: it is the
 * same each time, whichever broker was asked last, so the page and the log aren't told anew every second.
 */
export function reasonOf(error: unknown): string {
  const last: unknown = error instanceof AggregateError ? error.errors.at(-1) : undefined
  if (last instanceof AggregateError) return reasonOf(last)
  return (error instanceof AggregateError ? error.message : messageOf(error)).replace(/\.$/, '')
}
