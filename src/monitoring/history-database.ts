import { isConnectionLost } from '../postgres/errors.ts'
import type { Pool, Queryable } from '../postgres/pool.ts'
import { databaseCall } from './access/database-call.ts'

/** What asks the database by itself, instead of waiting for a round of reading that all share. */
export interface HistoryDatabase {
  /** Rejects with an `UnavailableError` while the database can't be read. */
  read<T>(work: (db: Queryable) => Promise<T>): Promise<T>
}

/** `untilRead` resolves when the database was read, by which it is known to have our schema. */
export function createHistoryDatabase(pool: Pool, untilRead: () => Promise<void>): HistoryDatabase {
  let known = false
  return {
    async read(work) {
      if (!known) await untilRead()
      known = true
      return databaseCall(async () => {
        try {
          return await work(pool)
        } catch (error) {
          // One that the network has forgotten is noticed by its use; then the pool has another.
          if (!isConnectionLost(error)) throw error
          return work(pool)
        }
      })
    },
  }
}
