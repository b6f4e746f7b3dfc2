import type { Client, Pool } from './pool.ts'

/** PostgreSQL took the connection, or was asked for one, and then said nothing. */
export class DatabaseTimeoutError extends Error {
  override readonly name = 'DatabaseTimeoutError'
}

/** Compiling a query (12 ms) and starting workers for it (30 ms) took longer than the queries themselves. */
const BEGIN = 'begin isolation level repeatable read read only; set local jit = off; set local max_parallel_workers_per_gather = 0'

/**
 * Reads several things as they were at one moment, in one read-only transaction. Settles within `timeoutMs` whatever the server
 * does, also when it is frozen or the network swallows its packets, where its own statement_timeout would never be heard.
 * Throws a `DatabaseTimeoutError`, or an error for `classifyPostgres`.
 */
export async function readSnapshot<T>(pool: Pool, timeoutMs: number, work: (client: Client) => Promise<T>): Promise<T> {
  const deadline = Promise.withResolvers<never>()
  const timeout = new DatabaseTimeoutError(`no answer within ${timeoutMs} ms`)
  let expired = false
  let expire = (): void => {}
  const timer = setTimeout(() => {
    expired = true
    expire()
    deadline.reject(timeout)
  }, timeoutMs)
  const read = async (): Promise<T> => {
    const client = await pool.connect()
    if (expired) {
      client.release()
      throw timeout
    }
    let released = false
    const release = (error?: Error): void => {
      if (released) return
      released = true
      // One that is thrown away keeps its listener: what its socket still says must not crash the process.
      if (error === undefined) client.off('error', onError)
      client.release(error)
    }
    const onError = (error: Error): void => release(error)
    client.on('error', onError)
    // A connection that is released with an error is closed, which ends the query that hangs on it.
    expire = () => release(timeout)
    try {
      await client.query(BEGIN)
      const result = await work(client)
      await client.query('commit')
      return result
    } catch (error) {
      release(error as Error)
      throw error
    } finally {
      release()
    }
  }
  try {
    return await Promise.race([read(), deadline.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** The database's clock at the begin of the transaction, milliseconds since 1970. */
export async function readClock(client: Client): Promise<number> {
  const { rows } = await client.query<{ now_ms: number }>('select (extract(epoch from now()) * 1000)::float8 as now_ms')
  return rows[0]?.now_ms ?? Date.now()
}
