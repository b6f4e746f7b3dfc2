import { setTimeout as sleep } from 'node:timers/promises'
import { insertLateAudit } from '../../postgres/audit-log.ts'
import type { AuditRecord } from '../../postgres/audit-log.ts'
import { classifyPostgres } from '../../postgres/errors.ts'
import type { Queryable } from '../../postgres/pool.ts'
import type { Log } from '../../runtime/log.ts'

/** The audit log for what is also done while PostgreSQL is down: kept in memory until PostgreSQL takes it, and logged at once. */
export interface LateAudit {
  add(record: AuditRecord): void
  /** Tries once more to write what is left; what can't be written is in the log alone. */
  close(): Promise<void>
}

const RETRY_MS = 1_000
/** As many changes as an address may make in eight minutes. */
const MOST_KEPT = 1_000

export function createLateAudit(db: Queryable, log: Log): LateAudit {
  const pending: { readonly occurredAt: Date, readonly record: AuditRecord }[] = []
  const closing = new AbortController()
  let writing: Promise<void> | null = null

  async function write(): Promise<void> {
    for (let next = pending[0]; next !== undefined; next = pending[0]) {
      try {
        await insertLateAudit(db, next.occurredAt, next.record)
        pending.shift()
      } catch (error) {
        const disposition = classifyPostgres(error)
        if (disposition !== 'retry' && disposition !== 'exit') {
          log.error({ err: error, audit: next.record }, 'the audit log did not take this')
          pending.shift()
        } else if (closing.signal.aborted) {
          return
        }
        await sleep(RETRY_MS, undefined, { signal: closing.signal }).catch(() => undefined)
      }
    }
  }

  function writeOn(): Promise<void> {
    writing ??= write().finally(() => { writing = null })
    return writing
  }

  return {
    add(record) {
      log.info({ audit: record }, 'demonstration')
      if (pending.length >= MOST_KEPT) {
        log.error({ audit: record }, 'too much waits for the audit log, so this will not be in it')
        return
      }
      pending.push({ occurredAt: new Date(), record })
      void writeOn()
    },
    async close() {
      closing.abort()
      await writing
      await writeOn()
      for (const { record } of pending) log.error({ audit: record }, 'PostgreSQL is down, so this will not be in the audit log')
    },
  }
}
