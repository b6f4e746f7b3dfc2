import type { LocalConfig } from '../local/config.ts'
import { ExitError } from '../runtime/errors.ts'
import { isLoopback } from '../runtime/loopback.ts'
import { PUBLISHED_PASSWORD } from './config.ts'
import type { DockerConfig } from './config.ts'

/** Throws an `ExitError` where PostgreSQL would be open to the network with the password that everybody knows. */
export function refusePublishedPassword({ bindAddress, postgresPassword }: DockerConfig, { externalDatabaseUrl }: LocalConfig): void {
  if (externalDatabaseUrl !== null || isLoopback(bindAddress) || postgresPassword !== PUBLISHED_PASSWORD) return
  throw new ExitError(`BIND_ADDRESS is "${bindAddress}", which opens PostgreSQL to the network, and its password is the one that everybody knows: set another `
    + 'POSTGRES_PASSWORD in .env (a database that is there already keeps its own: change it by ALTER ROLE factory_user PASSWORD … first)')
}
