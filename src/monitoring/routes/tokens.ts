import { randomBytes } from 'node:crypto'
import { Type } from 'typebox'
import { errorSchema } from '../../contract/api.ts'
import { apiTokensSchema, createdTokenSchema, newTokenSchema } from '../../contract/access-api.ts'
import type { ApiToken } from '../../contract/access-api.ts'
import { insertApiToken, readApiTokens, revokeApiToken } from '../../postgres/api-tokens.ts'
import type { ApiTokenRow } from '../../postgres/api-tokens.ts'
import { inTransaction } from '../../postgres/pool.ts'
import type { Access } from '../access/access.ts'
import { auditOf } from '../access/audit.ts'
import { hashOf } from '../access/credential-check.ts'
import { databaseCall } from '../access/database-call.ts'
import { callerOf } from '../access/guard.ts'
import type { App } from '../app.ts'
import { RequestError } from '../request-error.ts'
import { changeFailures, guardedFailures } from './context.ts'

const MOST_SHOWN = 500
/** So that a scanner for secrets knows one when it sees it. */
const PREFIX = 'fms_'

export function registerTokens(app: App, access: Access): void {
  app.get('/api/tokens', {
    schema: {
      tags: ['Access'], summary: 'The newest 500 tokens, without their secrets', response: { 200: apiTokensSchema, ...guardedFailures },
    },
  }, async () => (await databaseCall(() => readApiTokens(access.pool, MOST_SHOWN))).map(describe))

  app.post('/api/tokens', {
    schema: {
      tags: ['Access'],
      summary: 'A new token for a program',
      description: 'It belongs to whoever makes it, and may never do more than they may.',
      body: newTokenSchema,
      response: { 201: createdTokenSchema, ...changeFailures },
    },
  }, async (request, reply) => {
    const { name, role, days } = request.body
    const account = callerOf(request).account as string
    const token = PREFIX + randomBytes(32).toString('base64url')
    const { tokenId, expiresAt } = await databaseCall(() => inTransaction(access.pool, async (client) => {
      const made = await insertApiToken(client, { hash: hashOf(token), account, name, role, days })
      await auditOf(client, request, 'token.create', `${made.tokenId} ${name}`, `role ${role}, ${days} days`)
      return made
    }))
    return reply.code(201).send({ id: tokenId, token, expires_at: expiresAt.toISOString() })
  })

  app.delete('/api/tokens/:id', {
    schema: {
      tags: ['Access'],
      summary: 'Revoke a token',
      params: Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) }),
      response: {
        204: Type.Null({ description: 'it is not taken any more, within 10 s on every instance' }),
        404: { ...errorSchema, description: 'there is no such token' }, ...changeFailures,
      },
    },
  }, async (request, reply) => {
    const { id } = request.params
    await databaseCall(() => inTransaction(access.pool, async (client) => {
      const name = await revokeApiToken(client, id)
      if (name === undefined) throw new RequestError(404, `there is no token ${id}`)
      await auditOf(client, request, 'token.revoke', `${id} ${name}`, null)
    }))
    access.tokens.forgetAll()
    access.onChange()
    return reply.code(204).send(null)
  })
}

function describe({ tokenId, name, account, role, createdAt, expiresAt, revokedAt }: ApiTokenRow): ApiToken {
  return {
    id: tokenId, name, account, role, created_at: createdAt.toISOString(), expires_at: expiresAt.toISOString(),
    revoked_at: revokedAt?.toISOString() ?? null,
  }
}
