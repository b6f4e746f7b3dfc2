import { from as copyFrom } from 'pg-copy-streams'
import type { CopyRows } from './binary-copy.ts'
import type { Client } from './pool.ts'

/** Copies the rows into the table; all of them or, with an error, none. Table and columns come from our own code, never from input. */
export async function copyRows(client: Client, table: string, columns: readonly string[], rows: CopyRows): Promise<void> {
  if (rows.rows === 0) return
  const target = client.query(copyFrom(`copy ${table} (${columns.join(', ')}) from stdin (format binary)`))
  // Not `stream.pipeline`: it destroys the stream on an error, and one that the server has already refused never ends that.
  await new Promise<void>((resolve, reject) => {
    target.once('finish', resolve)
    target.once('error', reject)
    target.end(rows.finish())
  })
}
