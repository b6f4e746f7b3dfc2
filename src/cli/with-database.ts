import { classifyPostgres } from '../postgres/errors.ts'
import { createPool } from '../postgres/pool.ts'
import type { Pool } from '../postgres/pool.ts'
import { ExitError, messageOf } from '../runtime/errors.ts'

/** What a command does in the database. Throws an `ExitError` while PostgreSQL can't be used, in the words of `problem`. */
export async function withDatabase<T>(
  databaseUrl: string, applicationName: string, problem: (reason: string) => string, work: (pool: Pool) => Promise<T>,
): Promise<T> {
  const pool = createPool(databaseUrl, { applicationName, max: 1 })
  try {
    return await work(pool)
  } catch (error) {
    const disposition = classifyPostgres(error)
    if (disposition !== 'retry' && disposition !== 'exit') throw error
    throw new ExitError(problem(messageOf(error)))
  } finally {
    await pool.end()
  }
}
