import type { FastifyRequest } from 'fastify'
import { insertAudit } from '../../postgres/audit-log.ts'
import type { Queryable } from '../../postgres/pool.ts'
import { callerOf } from './guard.ts'

/** Writes down what the caller of a request did, in the transaction that does it. */
export async function auditOf(db: Queryable, request: FastifyRequest, action: string, target: string, detail: string | null): Promise<void> {
  await insertAudit(db, { actor: callerOf(request).account, action, target, address: request.ip, outcome: 'done', detail })
}
