import { setTimeout as sleep } from 'node:timers/promises'
import { STREAM_SECTIONS } from '../contract/stream.ts'
import type { StreamData, StreamHealth } from '../contract/stream.ts'
import { classifyPostgres } from '../postgres/errors.ts'
import type { Pool } from '../postgres/pool.ts'
import { DatabaseTimeoutError, readSnapshot } from '../postgres/snapshot.ts'
import { ExitError, messageOf } from '../runtime/errors.ts'
import type { Log } from '../runtime/log.ts'
import type { KafkaHealth } from './kafka-state.ts'
import type { Overview, Section } from './overview.ts'
import { startPoller } from './poller.ts'
import type { Stream } from './stream.ts'

// The path of the data through this service: the database is read in rounds; a round answers the REST calls that waited for it, and
// what it changed goes to the stream.

export interface PostgresToHttp {
  /** A section as of a moment after the call. Rejects with an `UnavailableError` when the database can't be read. */
  read<S extends Section>(section: S): Promise<StreamData[S]>
  /** Resolves when the database answered after the call, and rejects with an `UnavailableError`. */
  check(): Promise<void>
  /** To be called when somebody begins to watch: gives the stream what was last known, and begins a round. */
  watch(): void
  /** To be called when Kafka's health changed. */
  publishHealth(): void
  close(): Promise<void>
  /** Rejects when a person has to mend something, or when something happened that nobody expected. */
  readonly failed: Promise<never>
}

export interface PostgresToHttpOptions {
  readonly pool: Pool
  readonly overview: Overview
  readonly stream: Stream
  readonly kafkaHealth: () => KafkaHealth
  readonly log: Log
  /** Brings the database to our schema; called until it succeeds, before anything is read. */
  readonly prepare: () => Promise<unknown>
}

/** For all viewers together. */
const ROUNDS_PER_SECOND = 5
/** While nobody watches, rounds only keep the rates. */
const IDLE_MS = 2_000
const RETRY_MS = 500
const READ_TIMEOUT_MS = 2_000
const CALL_TIMEOUT_MS = 2_500
const PREPARE_TIMEOUT_MS = 60_000

export function startPostgresToHttp({ pool, overview, stream, kafkaHealth, log, prepare }: PostgresToHttpOptions): PostgresToHttp {
  const wanted = new Set<Section>()
  let prepared = false
  /** Null before the first round is over: nothing is known, so nothing is said. */
  let health: Omit<StreamHealth, 'kafka'> | null = null

  async function round(): Promise<string | null> {
    const asked = new Set(wanted)
    wanted.clear()
    try {
      if (!prepared) await withinTime(prepare(), PREPARE_TIMEOUT_MS)
      prepared = true
      const reading = { asked, watched: stream.clients > 0, recovered: health?.status === 'unhealthy' }
      await readSnapshot(pool, READ_TIMEOUT_MS, (client) => overview.read(client, reading))
    } catch (error) {
      return becomeUnhealthy(error)
    }
    becomeHealthy()
    publishHealth()
    if (stream.clients > 0) publishAll()
    return null
  }

  function becomeHealthy(): void {
    if (health?.status === 'healthy') return
    log.info('the database answers')
    health = { status: 'healthy', since: new Date().toISOString() }
  }

  /** Returns the reason, or throws what isn't a matter of waiting. */
  function becomeUnhealthy(error: unknown): string {
    const disposition = error instanceof DatabaseTimeoutError ? 'retry' : classifyPostgres(error)
    // What a person has to mend stops the start; later it may be somebody's work in progress, and the service goes on trying.
    if (disposition === 'exit' && !prepared) throw new ExitError(`DATABASE_URL can't be used: ${messageOf(error)}`)
    if (disposition !== 'retry' && disposition !== 'exit') throw error
    const reason = `PostgreSQL: ${messageOf(error)}`
    if (health?.reason !== reason) {
      log.warn({ reason }, 'the database does not answer')
      health = { status: 'unhealthy', reason, since: health?.status === 'unhealthy' ? health.since : new Date().toISOString() }
    }
    publishHealth()
    return reason
  }

  function publishHealth(): void {
    if (health !== null) stream.publish('health', { ...health, kafka: kafkaHealth() })
  }

  function publishAll(): void {
    for (const section of STREAM_SECTIONS) {
      const data = section === 'health' ? undefined : overview.sections[section]
      if (data !== undefined) stream.publish(section, data)
    }
  }

  const poller = startPoller({
    round, watched: () => stream.clients > 0,
    roundsPerSecond: ROUNDS_PER_SECOND, idleMs: IDLE_MS, retryMs: RETRY_MS, timeoutMs: CALL_TIMEOUT_MS,
  })
  return {
    async read(section) {
      wanted.add(section)
      await poller.fresh()
      return overview.sections[section] as StreamData[typeof section]
    },
    check: () => poller.fresh(),
    watch() {
      publishAll()
      poller.wake()
    },
    publishHealth,
    close: () => poller.close(),
    failed: poller.failed,
  }
}

async function withinTime(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  const timer = new AbortController()
  const expired = sleep(timeoutMs, undefined, { signal: timer.signal })
    .then(() => { throw new DatabaseTimeoutError(`no answer within ${timeoutMs} ms`) }, () => {})
  try {
    await Promise.race([work, expired])
  } finally {
    timer.abort()
  }
}
