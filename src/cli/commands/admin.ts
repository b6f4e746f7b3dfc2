import { ACCOUNT_NAME, ACCOUNT_NAME_RULE } from '../../contract/access-api.ts'
import type { Role } from '../../contract/access-api.ts'
import { insertAccount, readAccount, renewAccount, setAccountDisabled } from '../../postgres/accounts.ts'
import { insertAudit } from '../../postgres/audit-log.ts'
import { migrate } from '../../postgres/migrate.ts'
import { inTransaction } from '../../postgres/pool.ts'
import type { Pool, Queryable } from '../../postgres/pool.ts'
import { readVariables } from '../../runtime/config.ts'
import { ExitError } from '../../runtime/errors.ts'
import { hashPassword } from '../../runtime/password-hash.ts'
import { askPassword } from '../ask-password.ts'
import { UsageError, refuseArguments } from '../command.ts'
import type { Command } from '../command.ts'
import { accountVariables } from '../config.ts'
import { requireAddresses } from '../running-system.ts'
import { print } from '../terminal.ts'
import { withDatabase } from '../with-database.ts'

export const admin: Command = {
  name: 'admin',
  summary: 'Make an account, or give it a new password: NAME=anna, ROLE=admin, PASSWORD_FILE=…; DISABLE=1 shuts it out',
  usage: `

NAME=… ROLE=admin|operator|viewer, admin for a new account. The password is typed twice and not shown, or read from PASSWORD_FILE. An account
that exists gets the password, and the role if one is given, and is let in again if it was disabled; its sessions end. DISABLE=1 ends its
sessions and tokens instead, and asks for no password. With the first account, reading needs a login too within 5 s, unless
MONITORING_ANONYMOUS_READ=1. Each change is in the audit log.`,
  async run(args, env) {
    refuseArguments(args, 'admin')
    const { NAME: name, ROLE: role, DISABLE: disable, PASSWORD_FILE: file } = readVariables(accountVariables, env)
    if (name === null) throw new UsageError('say whose account: make admin NAME=anna')
    if (!ACCOUNT_NAME.test(name)) throw new UsageError(`NAME is ${JSON.stringify(name)}; it must be ${ACCOUNT_NAME_RULE}`)
    const { status } = await requireAddresses(env)
    await withDatabase(status.databaseUrl, 'admin', (reason) => `PostgreSQL can't be used: ${reason}`, async (pool) => {
      // It may be the first to use this database: a service that is open to the network doesn't start before there is an account.
      await migrate(status.databaseUrl)
      print(disable ? await shutOut(pool, name) : await letIn(pool, name, role, await hashPassword(await askPassword(file))))
    })
    return 0
  },
}

function letIn(pool: Pool, name: string, asked: Role | null, passwordHash: string): Promise<string> {
  return inTransaction(pool, async (client) => {
    const known = await readAccount(client, name)
    const role = asked ?? known?.role ?? 'admin'
    if (known === undefined) {
      await insertAccount(client, { name, role, passwordHash })
      await writeDown(client, 'account.create', name, `role ${role}`)
      return `made the account ${name}, role ${role}`
    }
    if (known.issuer !== null) {
      throw new ExitError(`"${name}" logs in by the single sign-on, so it has no password and gets its role there; take another name`)
    }
    await renewAccount(client, { name, role, passwordHash })
    const was = known.role === role ? '' : `, was ${known.role}`
    await writeDown(client, 'account.renew', name, `new password, role ${role}${was}`)
    return `gave ${name} the new password, role ${role}${was}${known.disabledAt === null ? '' : '; it can log in again'}; its sessions are over`
  })
}

function shutOut(pool: Pool, name: string): Promise<string> {
  return inTransaction(pool, async (client) => {
    const result = await setAccountDisabled(client, name, true)
    if (result === 'unknown') throw new ExitError(`there is no account "${name}"`)
    if (result === 'last admin') throw new ExitError(`"${name}" is the last admin; make another one first`)
    await writeDown(client, 'account.disable', name, null)
    return `disabled ${name}; its sessions and tokens are over`
  })
}

function writeDown(db: Queryable, action: string, target: string, detail: string | null): Promise<void> {
  return insertAudit(db, { actor: null, action, target, address: null, outcome: 'done', detail })
}
