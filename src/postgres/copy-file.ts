import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import type { Pool } from './pool.ts'

export type CopyFormat = 'text' | 'binary'

/** Writes a query's rows to a file, as psql's `\copy … to` does. The query comes from our own code, never from input. */
export async function exportToFile(pool: Pool, query: string, format: CopyFormat, path: string): Promise<void> {
  const client = await pool.connect()
  try {
    await pipeline(client.query(copyTo(`copy (${query}) to stdout (format ${format})`)), createWriteStream(path))
  } finally {
    client.release()
  }
}

/** Copies such a file into a table, as psql's `\copy … from` does: one statement, one transaction. */
export async function importFromFile(pool: Pool, table: string, columns: readonly string[], format: CopyFormat, path: string): Promise<void> {
  const client = await pool.connect()
  try {
    const target = client.query(copyFrom(`copy ${table} (${columns.join(', ')}) from stdin (format ${format})`))
    await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), target)
  } finally {
    client.release()
  }
}
