import { randomBytes } from 'node:crypto'
import { OLDEST_SERVER, listMigrations } from '../../postgres/migrate.ts'
import { createPool } from '../../postgres/pool.ts'
import { readAppliedMigrations, readServerVersion, writeAndRead } from '../../postgres/read-server.ts'
import type { CheckRun, Made } from './check-run.ts'
import type { CheckedSystem } from './run-checks.ts'

/** Returns the first of the checks, which the others need. */
export async function checkPostgres(run: CheckRun, { status }: CheckedSystem): Promise<Made<unknown>> {
  const pool = createPool(status.databaseUrl, { applicationName: 'verify-cluster', max: 1, statementTimeoutMs: 3_000 })
  const sent = randomBytes(16).toString('hex')
  try {
    const version = await run.check('PostgreSQL', 'version', () => readServerVersion(pool), judgeVersion)
    await run.checkWith(version, 'PostgreSQL', 'migrations', () => readAppliedMigrations(pool),
      (applied) => judgeMigrations(applied, listMigrations().map((migration) => migration.version)))
    await run.checkWith(version, 'PostgreSQL', 'write and read', () => writeAndRead(pool, sent), (read) => {
      if (read !== sent) throw new Error(`what was written is not what was read: ${read ?? 'nothing'}`)
      return 'in a table that is gone again'
    })
    return version
  } finally {
    await pool.end()
  }
}

export function judgeVersion({ number, name }: { readonly number: number, readonly name: string }): string {
  if (number < OLDEST_SERVER) throw new Error(`${name} is too old; version 15 or later is needed`)
  return name
}

export function judgeMigrations(applied: readonly number[], known: readonly number[]): string {
  const missing = known.filter((version) => !applied.includes(version))
  if (missing.length > 0) throw new Error(`${applied.length} of ${known.length}; missing: ${missing.join(', ')}`)
  const unknown = applied.filter((version) => !known.includes(version))
  if (unknown.length > 0) throw new Error(`migration ${unknown.join(', ')} is of a newer release`)
  return `${applied.length} of ${known.length}`
}
