import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import type { LocalConfig } from '../local/config.ts'
import type { Environment } from '../runtime/config.ts'
import { ExitError } from '../runtime/errors.ts'
import { isLoopback } from '../runtime/loopback.ts'
import { PUBLISHED_PASSWORD } from './config.ts'
import type { DockerConfig } from './config.ts'

/** Throws an `ExitError` where PostgreSQL would be open to the network with the password that everybody knows. */
export function refusePublishedPassword({ bindAddress, postgresPassword }: DockerConfig, { externalDatabaseUrl }: LocalConfig): void {
  if (externalDatabaseUrl !== null || isLoopback(bindAddress) || postgresPassword !== PUBLISHED_PASSWORD) return
  throw new ExitError(`BIND_ADDRESS is "${bindAddress}", which opens PostgreSQL to the network, and its password is the one in .env.example: set another `
    + 'POSTGRES_PASSWORD in .env (a database that is there already keeps its own: change it by ALTER ROLE factory_user PASSWORD … first)')
}

/**
 * Writes the password into `.env` where neither that file nor the environment has one: the compose file has none, so `docker compose` by hand
 * would ask for it. Returns whether it did.
 */
export function keepPassword(file: string, { postgresPassword }: DockerConfig, env: Environment): boolean {
  if (env['POSTGRES_PASSWORD'] !== undefined || env['POSTGRES_PASSWORD_FILE'] !== undefined) return false
  const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
  if (parseEnv(before)['POSTGRES_PASSWORD'] !== undefined) return false
  appendFileSync(file, `${before === '' || before.endsWith('\n') ? '' : '\n'}POSTGRES_PASSWORD=${postgresPassword}\n`, { mode: 0o600 })
  return true
}
