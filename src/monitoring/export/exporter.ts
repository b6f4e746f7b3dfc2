import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { HistoryLevel } from '../../contract/history-api.ts'
import { EXPORT_COLUMNS } from '../../postgres/export-columns.ts'
import { exportRows } from '../../postgres/export-rows.ts'
import type { ExportRow } from '../../postgres/export-rows.ts'
import type { Pool } from '../../postgres/pool.ts'
import { readSensorKeys } from '../../postgres/read-sensors.ts'
import { databaseCall } from '../access/database-call.ts'
import { createGate } from '../gate.ts'
import type { HistoryDatabase } from '../history-database.ts'
import { RequestError } from '../request-error.ts'
import type { Encoder } from './encoder.ts'
import { FORMATS } from './formats.ts'
import type { ExportFormat } from './formats.ts'

export interface ExportRequest {
  readonly format: ExportFormat
  readonly level: HistoryLevel
  /** Milliseconds since 1970. */
  readonly fromMs: number
  /** Not included. */
  readonly toMs: number
  /** Null: all. */
  readonly sensorIds: readonly string[] | null
}

export interface Exporter {
  /**
   * Writes a file of readings. `open` is called when the first ones are there; rejects before with a `RequestError` for a sensor that isn't
   * there, and with an `UnavailableError` when the database can't be read or too much is exported at once. What fails after it destroys the
   * output.
   */
  run(request: ExportRequest, open: () => Writable, signal: AbortSignal): Promise<void>
}

export const MOST_EXPORTS = 2
/** The database keeps what was deleted since for as long. 100 million readings as CSV take a quarter of it. */
const LONGEST_MS = 3_600_000

/** `pool` is for the exports alone, and has a connection for each. */
export function createExporter(pool: Pool, database: HistoryDatabase): Exporter {
  const gate = createGate(MOST_EXPORTS, `${MOST_EXPORTS} exports are running; try again when one of them has ended`)

  async function keysOf(sensorIds: readonly string[]): Promise<number[]> {
    const known = await database.read((db) => readSensorKeys(db, sensorIds))
    const ids = new Set(known.map(({ sensorId }) => sensorId))
    const unknown = sensorIds.find((id) => !ids.has(id))
    if (unknown !== undefined) throw new RequestError(404, `there is no sensor "${unknown}"`)
    return known.map(({ sensorKey }) => sensorKey)
  }

  return {
    run: ({ format, level, fromMs, toMs, sensorIds }, open, signal) => gate.enter(async () => {
      // Also waits until the database has our schema.
      const sensorKeys = sensorIds === null ? await database.read(async () => null) : await keysOf(sensorIds)
      const ended = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)])
      const rows = exportRows(pool, { level, fromMs, toMs, sensorKeys }, ended)
      const first = await databaseCall(() => rows.next())
      await pipeline(encode(FORMATS[format].createEncoder(EXPORT_COLUMNS[level]), first, rows), open(), { signal: ended })
    }),
  }
}

async function* encode(
  encoder: Encoder, first: IteratorResult<ExportRow[], void>, others: AsyncGenerator<ExportRow[], void>,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield encoder.begin()
    if (first.done !== true) yield encoder.rows(first.value)
    for await (const rows of others) yield encoder.rows(rows)
    yield encoder.end()
  } finally {
    await others.return()
  }
}
