import pg from 'pg'
import type { Disposition } from '../runtime/errors.ts'
import { certificateProblem } from '../runtime/tls-errors.ts'

/**
 * SQLSTATE classes by what to do. Only data (class 22) is a bad row: a missing partition (23514) or a full disk (53) isn't
 * the row's fault, and a row must not be thrown away for it.
 * Source: https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const RETRY_STATES = new Set([
  '23514', // no partition for the row: it is made, then tried again
  '40001', '40P01', // serialization failure, deadlock
  '55P03', // lock_timeout
  '25P03', '25P04', // ended while idle in a transaction, transaction_timeout
  '57014', // statement_timeout
  '57P01', '57P02', '57P03', '57P05', // shut down, crashed, starting up, idle session ended
])
const EXIT_STATES = new Set([
  '28000', '28P01', // wrong user or password
  '3D000', // no such database
  '42501', // no right to
])

/** Errors of the socket, and those that the client raises when it is closed under a query. */
const RETRY_CODES = new Set([
  'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOENT',
])
const RETRY_MESSAGES = new RegExp([
  'Connection terminated', 'timeout (expired|exceeded) when trying to connect', 'Client has encountered a connection error', 'not queryable',
  'Query read timeout',
].join('|'))

/** The server was not built, or not set up, for it. */
const NO_TLS = /^The server does not support SSL connections/

/** What to do about an error that came from PostgreSQL or from the way to it. */
export function classifyPostgres(error: unknown): Disposition {
  if (error instanceof AggregateError) return error.errors.every((each) => classifyPostgres(each) === 'retry') ? 'retry' : 'crash'
  if (error instanceof pg.DatabaseError) {
    const state = error.code ?? ''
    if (RETRY_STATES.has(state)) return 'retry'
    if (EXIT_STATES.has(state)) return 'exit'
    if (state.startsWith('22')) return 'reject'
    // 08: connection, 53: out of memory, disk or connections. They pass, or a person makes them pass.
    return state.startsWith('08') || state.startsWith('53') ? 'retry' : 'crash'
  }
  if (!(error instanceof Error)) return 'crash'
  if (certificateProblem(error) !== undefined || NO_TLS.test(error.message)) return 'exit'
  if (RETRY_CODES.has((error as NodeJS.ErrnoException).code ?? '')) return 'retry'
  return RETRY_MESSAGES.test(error.message) ? 'retry' : 'crash'
}

/** Whether a statement may have failed only because its connection was no good any more; the server itself said nothing. */
export function isConnectionLost(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) && classifyPostgres(error) === 'retry'
}

export function isUniqueViolation(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '23505'
}

export function isLockTimeout(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '55P03'
}
