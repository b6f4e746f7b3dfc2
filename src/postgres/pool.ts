import pg from 'pg'

export type Pool = pg.Pool
export type Client = pg.PoolClient
/** Whatever can run a statement: the pool, or a client inside a transaction. */
export type Queryable = Pick<pg.Pool, 'query'>

export interface PoolOptions {
  /** Shown in pg_stat_activity. */
  readonly applicationName: string
  readonly max: number
  readonly statementTimeoutMs?: number
  /** By our own clock, for a server that hangs and doesn't keep to the other. */
  readonly queryTimeoutMs?: number
  /** Called when an idle connection breaks; the pool replaces it by itself. */
  readonly onIdleError?: (error: Error) => void
}

const INT8 = 20
const INT8_ARRAY = 1016

/** A pool on one database. bigint comes back as a number: offsets and counters stay far below 2^53. */
export function createPool(databaseUrl: string, options: PoolOptions): Pool {
  const pool = new pg.Pool({
    connectionString: withLibpqModes(databaseUrl),
    application_name: options.applicationName,
    max: options.max,
    connectionTimeoutMillis: 2_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    ...options.queryTimeoutMs === undefined ? {} : { query_timeout: options.queryTimeoutMs },
    // A process that is stopped inside its transaction must not keep its locks: the others wait for them.
    idle_in_transaction_session_timeout: 3_000,
    lock_timeout: 10_000,
    types: { getTypeParser: typeParser as typeof pg.types.getTypeParser },
  })
  pool.on('error', (error) => options.onIdleError?.(error))
  return pool
}

/** Without this the client takes `require` for `verify-full`, unlike every other program that reads such an address. */
function withLibpqModes(databaseUrl: string): string {
  const url = new URL(databaseUrl)
  if (url.searchParams.has('sslmode')) url.searchParams.set('uselibpqcompat', 'true')
  return url.href
}

function typeParser(oid: number, format?: 'text' | 'binary'): unknown {
  if (format !== 'binary') {
    if (oid === INT8) return safeInteger
    if (oid === INT8_ARRAY) return (text: string): number[] => (text === '{}' ? [] : text.slice(1, -1).split(',').map(safeInteger))
  }
  return pg.types.getTypeParser(oid, format)
}

function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit into a number`)
  return value
}

/** Runs `work` in one transaction on a connection of its own; any error rolls it back and is thrown on. */
export async function inTransaction<T>(pool: Pool, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  // Without a listener a connection that breaks between two statements would crash the process.
  const onError = (error: Error): void => { broken = error }
  client.on('error', onError)
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    // A connection that can't roll back is thrown away, and the server rolls back for us.
    if (broken === undefined) await client.query('rollback').catch((rollbackError: Error) => { broken = rollbackError })
    throw error
  } finally {
    client.off('error', onError)
    client.release(broken ?? false)
  }
}
