import { Type } from 'typebox'
import { auditSchema } from '../../contract/access-api.ts'
import { readAudit } from '../../postgres/audit-log.ts'
import type { Access } from '../access/access.ts'
import { databaseCall } from '../access/database-call.ts'
import type { App } from '../app.ts'
import { guardedFailures } from './context.ts'

const MOST = 200
const DEFAULT_LIMIT = 50

const querySchema = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST, description: 'entries in the answer; 50 unless told' })),
  before: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: '`before` of an answer: what is older' })),
}, { additionalProperties: false })

export function registerAudit(app: App, access: Access): void {
  app.get('/api/audit', {
    schema: {
      tags: ['Access'],
      summary: 'Who did what, newest first',
      description: 'Every change and every login, also those that were refused. The service can only add to it.',
      querystring: querySchema,
      response: { 200: auditSchema, ...guardedFailures },
    },
  }, async ({ query: { limit = DEFAULT_LIMIT, before } }) => {
    // One more tells whether there are older ones.
    const rows = await databaseCall(() => readAudit(access.pool, before ?? null, limit + 1))
    const shown = rows.slice(0, limit)
    return {
      entries: shown.map(({ auditId: id, occurredAt, ...rest }) => ({ id, at: occurredAt.toISOString(), ...rest })),
      before: rows.length > limit ? shown.at(-1)?.auditId ?? null : null,
    }
  })
}
