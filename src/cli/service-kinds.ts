import type { ServiceKind } from '../local/services.ts'

/** Kafka UI is there with Docker only. */
export const SERVERS: readonly ServiceKind[] = ['kafka', 'postgres', 'kafka-ui']
export const ALL_KINDS: readonly ServiceKind[] = [...SERVERS, 'producer', 'consumer', 'monitoring']
