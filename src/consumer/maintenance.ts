import { buildMissingIndexes } from '../postgres/bucket-index.ts'
import { readLogKeys } from '../postgres/logs.ts'
import { createPartitions, daysAhead } from '../postgres/partitions.ts'
import { createPool } from '../postgres/pool.ts'
import { dropExpired, tryMaintenanceLock } from '../postgres/retention.ts'
import type { Retention } from '../postgres/retention.ts'
import { rollUp } from '../postgres/roll-up.ts'
import { pause } from '../runtime/abort.ts'
import { messageOf } from '../runtime/errors.ts'
import type { Log } from '../runtime/log.ts'

export interface MaintenanceOptions {
  readonly databaseUrl: string
  readonly consumerId: string
  readonly retention: Retention
  readonly log: Log
}

export interface Maintenance {
  /** Breaks off what is being done: the next one goes on from there. */
  stop(): Promise<void>
}

const INTERVAL_MS = 3_600_000
/** As long as an index of the largest partition takes, and more. */
const STATEMENT_TIMEOUT_MS = 6 * 3_600_000

/**
 * At the start and then every hour: makes partitions ahead, drops those that are past their retention, and builds the index that partitions
 * of an older release lack. One consumer at a time; beside the ingest, on connections of its own that are gone in between.
 */
export function startMaintenance({ databaseUrl, consumerId, retention, log }: MaintenanceOptions): Maintenance {
  const stopping = new AbortController()

  async function maintain(): Promise<void> {
    const pool = createPool(databaseUrl, {
      applicationName: `${consumerId} maintenance`, max: 2, statementTimeoutMs: STATEMENT_TIMEOUT_MS, onIdleError: () => {},
    })
    try {
      await createPartitions(pool, daysAhead())
      const client = await pool.connect()
      // Without a listener a connection that breaks between two statements would crash the process.
      client.on('error', () => {})
      let open = true
      // The lock goes with the connection, and a statement that runs for long, too.
      const breakOff = (): void => {
        if (open) client.release(true)
        open = false
      }
      stopping.signal.addEventListener('abort', breakOff, { once: true })
      try {
        if (stopping.signal.aborted || !(await tryMaintenanceLock(client))) return
        // Nothing goes that isn't rolled up, also of logs that no consumer has any more.
        const logKeys = await readLogKeys(pool)
        while (!stopping.signal.aborted && await rollUp(pool, logKeys)) { /* more of them */ }
        await dropExpired(client, retention, Date.now(), (name) => { log.info({ partition: name }, 'dropped: past its retention') })
        await buildMissingIndexes(client, (name) => { log.info({ partition: name }, 'indexed by sensor') })
      } finally {
        stopping.signal.removeEventListener('abort', breakOff)
        breakOff()
      }
    } finally {
      await pool.end()
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await maintain().catch((error: unknown) => {
        if (!stopping.signal.aborted) log.warn({ reason: messageOf(error) }, 'partitions were not all made or dropped; tried again in an hour')
      })
      await pause(INTERVAL_MS, stopping.signal)
    }
  }

  const running = run()
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}
