import { messageOf } from '../../runtime/errors.ts'
import type { Log } from '../../runtime/log.ts'

/**
 * Says in PostgreSQL that these consumers were stopped. One that was killed before it was taken away could not say so itself, and the page
 * would warn of it for as long as it knows it. The readings don't depend on it, so a failure is only logged.
 */
export async function sayGoodbyeFor(consumerIds: readonly string[], databaseUrl: string, log: Log): Promise<void> {
  // Loaded when it is needed: the supervisor starts faster without.
  const [{ createPool }, { recordConsumersStopped }] = await Promise.all([
    import('../../postgres/pool.ts'), import('../../postgres/consumer-health.ts'),
  ])
  const pool = createPool(databaseUrl, { applicationName: 'supervisor', max: 1, statementTimeoutMs: 3_000 })
  try {
    await recordConsumersStopped(pool, consumerIds)
  } catch (error) {
    log.warn({ consumerIds, reason: messageOf(error) }, 'not recorded as stopped')
  } finally {
    await pool.end()
  }
}
