import { readFileSync, readdirSync } from 'node:fs'
import { ExitError } from '../runtime/errors.ts'
import { ADVISORY_LOCKS } from './advisory-locks.ts'
import { createPartitions, daysAhead } from './partitions.ts'
import { createPool, inTransaction } from './pool.ts'
import type { Client } from './pool.ts'
import { readServerVersion } from './read-server.ts'

const FOLDER = new URL('./migrations/', import.meta.url)
/** As the server says its version: 15.0. */
export const OLDEST_SERVER = 150_000

interface Migration {
  readonly version: number
  readonly file: string
}

/**
 * Brings the database to the newest schema, and makes the partitions of today and the days ahead. Any number of processes may
 * call it at once: one does the work. Returns the versions it applied. Throws an `ExitError` when the server is too old, or
 * the database was migrated by a newer release.
 */
export async function migrate(databaseUrl: string): Promise<number[]> {
  const pool = createPool(databaseUrl, { applicationName: 'migrate', max: 1 })
  try {
    const applied = await inTransaction(pool, async (client) => {
      await checkServer(client)
      await client.query(`set local lock_timeout = '30s'`)
      await client.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.migrate])
      return applyPending(client)
    })
    await createPartitions(pool, daysAhead())
    return applied
  } finally {
    await pool.end()
  }
}

export function listMigrations(): Migration[] {
  return readdirSync(FOLDER).filter((file) => /^\d{4}\.sql$/.test(file)).sort().map((file) => ({ version: Number(file.slice(0, 4)), file }))
}

async function checkServer(client: Client): Promise<void> {
  const { number, name } = await readServerVersion(client)
  if (number < OLDEST_SERVER) throw new ExitError(`PostgreSQL ${name} is too old; version 15 or later is needed`)
}

async function applyPending(client: Client): Promise<number[]> {
  await client.query(`create table if not exists schema_migration (
    version integer primary key, applied_at timestamptz not null default now())`)
  const { rows } = await client.query<{ version: number }>('select version from schema_migration')
  const done = new Set(rows.map((row) => row.version))
  const migrations = listMigrations()
  const unknown = [...done].filter((version) => !migrations.some((migration) => migration.version === version))
  if (unknown.length > 0) {
    throw new ExitError(`the database has migration ${Math.max(...unknown)}, which this release doesn't know; start the newer release`)
  }
  const pending = migrations.filter((migration) => !done.has(migration.version))
  for (const { version, file } of pending) {
    await client.query(readFileSync(new URL(file, FOLDER), 'utf8'))
    await client.query('insert into schema_migration (version) values ($1)', [version])
  }
  return pending.map((migration) => migration.version)
}
