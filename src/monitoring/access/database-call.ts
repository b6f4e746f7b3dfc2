import { classifyPostgres } from '../../postgres/errors.ts'
import { messageOf } from '../../runtime/errors.ts'
import { UnavailableError } from '../poller.ts'

/** What a request needs of the database at once. Rejects with an `UnavailableError` while it can't be used. */
export async function databaseCall<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const disposition = classifyPostgres(error)
    if (disposition !== 'retry' && disposition !== 'exit') throw error
    throw new UnavailableError(`PostgreSQL: ${messageOf(error)}`)
  }
}
