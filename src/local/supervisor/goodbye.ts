import { messageOf } from '../../runtime/errors.ts'

/**
 * Says in PostgreSQL that these consumers were stopped. One that was killed before it was taken away could not say so itself, and the page
 * would warn of it for as long as it knows it. The readings don't depend on it, so a failure is only told.
 */
export async function sayGoodbyeFor(consumerIds: readonly string[], databaseUrl: string, onFailure: (reason: string) => void): Promise<void> {
  // Loaded when it is needed: the supervisor starts faster without.
  const [{ createPool }, { recordConsumersStopped }] = await Promise.all([
    import('../../postgres/pool.ts'), import('../../postgres/consumer-health.ts'),
  ])
  const pool = createPool(databaseUrl, { applicationName: 'supervisor', max: 1, statementTimeoutMs: 3_000 })
  try {
    await recordConsumersStopped(pool, consumerIds)
  } catch (error) {
    onFailure(messageOf(error))
  } finally {
    await pool.end()
  }
}
