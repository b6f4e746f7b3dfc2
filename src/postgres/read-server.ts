import { inTransaction } from './pool.ts'
import type { Pool, Queryable } from './pool.ts'

/** `{ number: 150004, name: '15.4' }` */
export async function readServerVersion(db: Queryable): Promise<{ number: number, name: string }> {
  const { rows } = await db.query<{ number: number, name: string }>(
    `select current_setting('server_version_num')::int as number, current_setting('server_version') as name`)
  return rows[0] as { number: number, name: string }
}

/** The versions of the migrations that the database has, ascending. */
export async function readAppliedMigrations(db: Queryable): Promise<number[]> {
  const { rows } = await db.query<{ version: number }>('select version from schema_migration order by version')
  return rows.map(({ version }) => version)
}

/** Writes a row into a table that is gone with the transaction, and returns what is read back. */
export async function writeAndRead(pool: Pool, text: string): Promise<string | undefined> {
  return inTransaction(pool, async (client) => {
    await client.query('create temporary table write_and_read (content text not null) on commit drop')
    await client.query('insert into write_and_read (content) values ($1)', [text])
    const { rows } = await client.query<{ content: string }>('select content from write_and_read')
    return rows[0]?.content
  })
}
