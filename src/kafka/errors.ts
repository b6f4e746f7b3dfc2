import {
  AuthenticationError, MultipleErrors, NetworkError, ProtocolError, TimeoutError, UnexpectedCorrelationIdError, UserError, findErrorBy,
} from '@platformatic/kafka'
import type { Disposition } from '../runtime/errors.ts'
import { certificateProblem } from '../runtime/tls-errors.ts'

/** The broker will refuse this very message every time. */
const REJECT = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP', 'CORRUPT_MESSAGE'])
/** A person has to change a right or a setting. */
const EXIT = new Set([
  'TOPIC_AUTHORIZATION_FAILED', 'GROUP_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED', 'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM', 'INVALID_SESSION_TIMEOUT', 'INVALID_TOPIC_EXCEPTION', 'INVALID_REPLICATION_FACTOR', 'POLICY_VIOLATION',
])
/** The client calls them final; for us they pass with a rejoin, a new producer id, or fresh metadata. */
const RETRY = new Set([
  'UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS', 'MEMBER_ID_REQUIRED', 'FENCED_INSTANCE_ID', 'OFFSET_OUT_OF_RANGE',
  'UNKNOWN_TOPIC_ID', 'INCONSISTENT_TOPIC_ID', 'UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_PRODUCER_ID', 'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'INVALID_PRODUCER_EPOCH', 'FETCH_SESSION_ID_NOT_FOUND', 'INVALID_FETCH_SESSION_EPOCH', 'FETCH_SESSION_TOPIC_ID_ERROR',
  'NOT_ENOUGH_REPLICAS', 'NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'KAFKA_STORAGE_ERROR', 'THROTTLING_QUOTA_EXCEEDED',
])
/** A partition that nobody leads just now. */
export class NoLeaderError extends Error {
  override readonly name = 'NoLeaderError'
}

/** A broker that doesn't know what is asked of it. */
export class OldBrokerError extends Error {
  override readonly name = 'OldBrokerError'
}

/** What the client says as a mistake of its user and what is only metadata that isn't there yet, or a client being closed. */
const RETRY_USER_ERRORS = /^Unknown topic |^Cannot find broker |^Client closed while retrying /

/**
 * What to do about an error that came from the Kafka client. By class, not by code: its time-out carries the code of a network
 * error. An error made of several is as bad as its worst part.
 */
export function classifyKafka(error: unknown): Disposition {
  if (error instanceof NoLeaderError) return 'retry'
  if (error instanceof OldBrokerError) return 'exit'
  if (error instanceof MultipleErrors) {
    const parts = error.errors.map(classifyKafka)
    return WORST_FIRST.find((disposition) => parts.includes(disposition)) ?? 'crash'
  }
  if (error instanceof ProtocolError) {
    const id = String(error['apiId'])
    if (REJECT.has(id)) return 'reject'
    if (EXIT.has(id)) return 'exit'
    return error['canRetry'] === true || RETRY.has(id) ? 'retry' : 'crash'
  }
  if (error instanceof AuthenticationError || certificateProblem(error) !== undefined) return 'exit'
  // A connection that failed because of the login is a network error, too.
  if (error instanceof NetworkError && error.cause !== undefined && classifyKafka(error.cause) === 'exit') return 'exit'
  if (error instanceof NetworkError || error instanceof TimeoutError || error instanceof UnexpectedCorrelationIdError) return 'retry'
  if (error instanceof UserError) return RETRY_USER_ERRORS.test(error.message) ? 'retry' : 'crash'
  // Metadata that names no leader for a moment, as in the middle of an election, is an undefined inside the client.
  if (error instanceof TypeError && /\(reading '(leader|host|port|partitions|partitionsCount)'\)/.test(error.message)) return 'retry'
  return 'crash'
}

const WORST_FIRST: readonly Disposition[] = ['exit', 'reject', 'crash', 'retry']

/** Whether the log doesn't hold the offset that was asked for. */
export function isOffsetOutOfRange(error: unknown): boolean {
  return error instanceof Error && findErrorBy(error, 'apiId', 'OFFSET_OUT_OF_RANGE') !== null
}
