import { isIP } from 'node:net'
import type { BaseOptions } from '@platformatic/kafka'
import { parseAddress } from '../runtime/address.ts'
import type { KafkaSecurity } from './security.ts'

/** How to reach a cluster. */
export interface KafkaConnection {
  /** `host:port` of some brokers. */
  readonly brokers: readonly string[]
  /** Shown in the brokers' logs and metrics. */
  readonly clientId: string
  /** Absent: neither encrypted nor logged in. */
  readonly security?: KafkaSecurity
}

/**
 * What all clients share. 200 retries of 250 ms outlast the death and return of a broker (8.5 s at most was measured),
 * where the client's own default of 3 retries gives up in the middle of an election.
 */
export function clientOptions(connection: KafkaConnection): BaseOptions {
  const { tls = null, sasl = null } = connection.security ?? {}
  return {
    clientId: connection.clientId,
    bootstrapBrokers: [...connection.brokers],
    retries: 200,
    retryDelay: 250,
    connectTimeout: 3_000,
    timeout: 5_000,
    metadataMaxAge: 2_000,
    strict: false,
    // Brokers behind a shared address are chosen by the name. An address is none.
    ...tls === null ? {} : { tls: { ...tls }, tlsServerName: connection.brokers.some((broker) => isIP(parseAddress(broker).host) === 0) },
    ...sasl === null ? {} : { sasl: { ...sasl } },
  }
}

/** For a question that a person waits for: one broker that hangs must not take the time in which another would answer. */
export function impatientOptions(connection: KafkaConnection): BaseOptions {
  return { ...clientOptions(connection), retries: 2, requestTimeout: 3_000 }
}
