import { createHash, randomBytes } from 'node:crypto'
import type { ServiceKind } from '../local/services.ts'
import { insertAudit } from '../postgres/audit-log.ts'
import { replaceDemoToken } from '../postgres/demo-tokens.ts'
import { inTransaction } from '../postgres/pool.ts'
import { ExitError } from '../runtime/errors.ts'
import type { Runtime } from './runtime.ts'
import { coloured, print } from './terminal.ts'
import { withDatabase } from './with-database.ts'

/** So that a scanner for secrets knows one when it sees it. */
const PREFIX = 'fmd_'

/**
 * After a start with DEMO=1: makes the token by which somebody may kill and revive services from the page, and prints it, as a link too. Only
 * its hash is kept. Throws an `ExitError` when PostgreSQL doesn't take it.
 */
export async function printDemoToken({ config, status }: Runtime, kinds: readonly ServiceKind[]): Promise<void> {
  if (!config.demo || !kinds.includes('monitoring')) return
  const system = await status()
  if (system === null) throw new ExitError('the system was stopped')
  const token = PREFIX + randomBytes(32).toString('base64url')
  const problem = (reason: string): string => `there is no token for the demonstration, because PostgreSQL can't be used: ${reason}; see make status`
  await withDatabase(system.databaseUrl, 'demo-token', problem, (pool) => inTransaction(pool, async (client) => {
    await replaceDemoToken(client, createHash('sha256').update(token).digest())
    await insertAudit(client, { actor: null, action: 'demo.token', target: null, address: null, outcome: 'done', detail: null })
  }))
  // What follows the # is not sent to any server.
  print(`  ${'Demo'.padEnd(12)}${coloured('bold', `${system.monitoringUrl}/#demo=${token}`)}`)
  print(`  ${'Demo token'.padEnd(12)}${token}`)
  print(coloured('dim', '  The link, or the token typed on the page, is good once and for an hour; whoever uses it may kill and revive services'))
}
