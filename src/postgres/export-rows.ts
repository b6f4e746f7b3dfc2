import type { HistoryLevel } from '../contract/history-api.ts'
import { tenMinutes } from './bucket-index.ts'
import { EXPORT_COLUMNS } from './export-columns.ts'
import type { Client, Pool } from './pool.ts'

/** As PostgreSQL writes them, in the order of `EXPORT_COLUMNS`: numbers too are texts that say them exactly. */
export type ExportRow = readonly (string | null)[]

export interface ExportQuestion {
  readonly level: HistoryLevel
  /** Milliseconds since 1970. */
  readonly fromMs: number
  /** Not included. */
  readonly toMs: number
  /** Null: of all sensors. */
  readonly sensorKeys: readonly number[] | null
}

/** Kept in memory, and parsed at once: 6 ms, in which nobody else is served. */
const ROWS_AT_ONCE = 2_000
/**
 * The rows are those of one moment. Whoever doesn't take them for a minute is waited for no longer. A server that isn't ours must notice,
 * too, that nobody is there any more.
 */
const BEGIN = `begin isolation level repeatable read read only;
  set local statement_timeout = '10min'; set local idle_in_transaction_session_timeout = '60s';
  set local client_connection_check_interval = '1s'; set local cursor_tuple_fraction = 1; set local jit = off`

/**
 * The readings or rollups of a time, some thousand at once, as they are read; by day, month or year, within that in no order. However many
 * they are, neither side holds more than these. When the signal is aborted the connection is closed, which ends the query on it, and the
 * call rejects.
 */
export async function* exportRows(pool: Pool, question: ExportQuestion, signal: AbortSignal): AsyncGenerator<ExportRow[], void> {
  signal.throwIfAborted()
  const client = await pool.connect()
  let released = false
  const release = (error?: Error): void => {
    if (released) return
    released = true
    signal.removeEventListener('abort', abort)
    // One that is thrown away keeps its listener: what its socket still says must not crash the process.
    if (error === undefined) client.off('error', release)
    client.release(error)
  }
  const abort = (): void => release(signal.reason as Error)
  client.on('error', release)
  signal.addEventListener('abort', abort)
  try {
    signal.throwIfAborted()
    await client.query(BEGIN)
    await declare(client, question)
    for (;;) {
      const { rows } = await client.query<(string | null)[]>({
        text: `fetch ${ROWS_AT_ONCE} from exported`, rowMode: 'array', types: { getTypeParser: () => (text: string) => text },
      })
      if (rows.length === 0) break
      yield rows
    }
    await client.query('commit')
    release()
  } catch (error) {
    release(error as Error)
    throw signal.aborted ? signal.reason : error
  } finally {
    // Whoever reads no further leaves the transaction open.
    release(new Error('the export was given up'))
  }
}

async function declare(client: Client, { level, fromMs, toMs, sensorKeys }: ExportQuestion): Promise<void> {
  const columns = EXPORT_COLUMNS[level].map(({ name, sql }) => `${sql} as ${name}`).join(', ')
  const [from, time] = level === 'raw' ? ['reading', 'time'] : [`reading_${level}`, 'bucket']
  const version = level === 'raw' ? 'v.version_key = r.version_key'
    : 'v.version_key = (select version_key from sensor_state n where n.sensor_key = r.sensor_key)'
  const chosen = sensorKeys === null ? '' : `and r.sensor_key = any($3::int[])${level === 'raw'
    ? ` and ${tenMinutes('r.time')} between ${tenMinutes('$1::timestamptz')} and ${tenMinutes('$2::timestamptz')}` : ''}`
  await client.query(`
    declare exported no scroll cursor for select ${columns}
    from ${from} r left join sensors s on s.sensor_key = r.sensor_key left join sensor_version v on ${version}
    where r.${time} >= $1::timestamptz and r.${time} < $2::timestamptz ${chosen}`,
  [new Date(fromMs).toISOString(), new Date(toMs).toISOString(), ...sensorKeys === null ? [] : [sensorKeys]])
}
