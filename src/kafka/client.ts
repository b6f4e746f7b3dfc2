import type { BaseOptions } from '@platformatic/kafka'

/** How to reach a cluster. */
export interface KafkaConnection {
  /** `host:port` of some brokers. */
  readonly brokers: readonly string[]
  /** Shown in the brokers' logs and metrics. */
  readonly clientId: string
}

/**
 * What all clients share. 200 retries of 250 ms outlast the death and return of a broker (8.5 s at most was measured),
 * where the client's own default of 3 retries gives up in the middle of an election.
 */
export function clientOptions(connection: KafkaConnection): BaseOptions {
  return {
    clientId: connection.clientId,
    bootstrapBrokers: [...connection.brokers],
    retries: 200,
    retryDelay: 250,
    connectTimeout: 3_000,
    timeout: 5_000,
    metadataMaxAge: 2_000,
    strict: false,
  }
}
