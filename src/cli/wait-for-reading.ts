import { setTimeout as sleep } from 'node:timers/promises'
import type { SystemStatus } from '../local/supervisor/protocol.ts'
import { classifyPostgres } from '../postgres/errors.ts'
import { createPool } from '../postgres/pool.ts'
import { isReadingStored, readDatabaseTime } from '../postgres/read-first-reading.ts'
import { ExitError } from '../runtime/errors.ts'
import { printStep } from './terminal.ts'

const POLL_MS = 50
const STATUS_MS = 1_000
const DEADLINE_MS = 90_000

/**
 * Waits until a reading is stored that was made after `since`; at once when no producer or no consumer runs. Throws an `ExitError` when a
 * service fails meanwhile, or none comes in time.
 */
export async function waitForReading(ask: () => Promise<SystemStatus | null>, status: SystemStatus, since: Date): Promise<void> {
  const runs = (kind: string): boolean => status.services.some((service) => service.kind === kind && service.state === 'running')
  if (!runs('producer') || !runs('consumer')) return
  const started = Date.now()
  const pool = createPool(status.databaseUrl, { applicationName: 'first-reading', max: 1 })
  try {
    // Both clocks, less what has passed since then.
    const committedAfter = new Date((await readDatabaseTime(pool)).getTime() - (Date.now() - since.getTime()))
    let lastStatus = Date.now()
    while (!await isStored()) {
      if (Date.now() - lastStatus > STATUS_MS) {
        lastStatus = Date.now()
        failures(await ask(), Date.now() - started)
      }
      await sleep(POLL_MS)
    }
    printStep({ label: 'First reading stored', seconds: (Date.now() - started) / 1000 })

    async function isStored(): Promise<boolean> {
      try {
        return await isReadingStored(pool, since, committedAfter)
      } catch (error) {
        if (classifyPostgres(error) !== 'retry') throw error
        return false
      }
    }
  } finally {
    await pool.end()
  }
}

function failures(status: SystemStatus | null, waitedMs: number): void {
  if (status === null) throw new ExitError('the system was stopped')
  const failed = status.services.filter(({ state }) => state === 'failed')
  if (failed.length > 0) throw new ExitError(failed.map(({ name, reason }) => `${name} failed: ${reason ?? 'no reason is known'}`).join('\n'))
  if (waitedMs < DEADLINE_MS) return
  const troubled = status.services.filter(({ state }) => state === 'restarting').map(({ name, reason }) => ` ${name} ends again and again: ${reason ?? ''}`)
  throw new ExitError(`no new reading was stored within ${DEADLINE_MS / 1000} s;${troubled.join('')} see make logs`)
}
