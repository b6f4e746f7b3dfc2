import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { errorSchema } from '../../contract/api.ts'
import { accountChangeSchema, accountSchema, accountsSchema, newAccountSchema } from '../../contract/access-api.ts'
import type { Account } from '../../contract/access-api.ts'
import { insertAccount, readAccount, readAccounts, setAccountDisabled } from '../../postgres/accounts.ts'
import type { AccountRow } from '../../postgres/accounts.ts'
import { inTransaction } from '../../postgres/pool.ts'
import type { Queryable } from '../../postgres/pool.ts'
import { hashPassword } from '../../runtime/password-hash.ts'
import type { Access } from '../access/access.ts'
import { auditOf } from '../access/audit.ts'
import { databaseCall } from '../access/database-call.ts'
import type { App } from '../app.ts'
import { RequestError } from '../request-error.ts'
import { changeFailures, guardedFailures } from './context.ts'

export function registerAccounts(app: App, access: Access): void {
  app.get('/api/accounts', {
    schema: {
      tags: ['Access'], summary: 'All accounts', response: { 200: accountsSchema, ...guardedFailures },
    },
  }, async () => (await databaseCall(() => readAccounts(access.pool))).map(describe))

  app.post('/api/accounts', {
    schema: {
      tags: ['Access'],
      summary: 'A new account',
      body: newAccountSchema,
      response: { 201: accountSchema, 409: { ...errorSchema, description: 'there is one of this name' }, ...changeFailures },
    },
  }, async (request, reply) => {
    const { name, role, password } = request.body
    const passwordHash = await hashPassword(password)
    const created = await databaseCall(() => inTransaction(access.pool, async (client) => {
      if (!await insertAccount(client, { name, role, passwordHash })) throw new RequestError(409, `there is an account "${name}" already`)
      await auditOf(client, request, 'account.create', name, `role ${role}`)
      return readOne(client, name)
    }))
    return reply.code(201).send(describe(created))
  })

  app.patch('/api/accounts/:name', {
    schema: {
      tags: ['Access'],
      summary: 'Disable an account, or let it in again',
      description: 'Disabling ends its sessions and its tokens, within 10 s on every instance of the service.',
      params: Type.Object({ name: Type.String({ maxLength: 64 }) }),
      body: accountChangeSchema,
      response: {
        200: accountSchema, 404: { ...errorSchema, description: 'there is none of this name' },
        409: { ...errorSchema, description: 'it is the last admin' }, ...changeFailures,
      },
    },
  }, (request) => setDisabled(access, request, request.params.name, request.body.disabled))
}

async function setDisabled(access: Access, request: FastifyRequest, name: string, disabled: boolean): Promise<Account> {
  const changed = await databaseCall(() => inTransaction(access.pool, async (client) => {
    const result = await setAccountDisabled(client, name, disabled)
    if (result === 'unknown') throw new RequestError(404, `there is no account "${name}"`)
    if (result === 'last admin') throw new RequestError(409, `"${name}" is the last admin; nobody could undo that`)
    await auditOf(client, request, disabled ? 'account.disable' : 'account.enable', name, null)
    return readOne(client, name)
  }))
  access.sessions.forgetAll()
  access.tokens.forgetAll()
  access.onChange()
  return describe(changed)
}

/** What was just written in the same transaction. */
async function readOne(db: Queryable, name: string): Promise<AccountRow> {
  return await readAccount(db, name) as AccountRow
}

function describe({ name, role, disabledAt, issuer, createdAt, changedAt }: AccountRow): Account {
  return {
    name, role, disabled: disabledAt !== null, single_sign_on: issuer !== null,
    created_at: createdAt.toISOString(), changed_at: changedAt.toISOString(),
  }
}
