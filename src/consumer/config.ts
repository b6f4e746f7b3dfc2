import { SENSOR_TYPES } from '../contract/sensor-types.ts'
import { kafkaVariables } from '../kafka/config.ts'
import { kafkaSecurityOf } from '../kafka/security.ts'
import type { KafkaSecurity } from '../kafka/security.ts'
import { postgresVariables } from '../postgres/config.ts'
import { integer, oneOf, readVariables, text } from '../runtime/config.ts'
import type { Environment } from '../runtime/config.ts'
import { livenessVariables } from '../runtime/liveness-file.ts'
import { LOG_LEVELS } from '../runtime/log.ts'
import type { LogLevel } from '../runtime/log.ts'
import { thresholdOverrides, thresholdVariables } from '../runtime/thresholds.ts'
import type { ThresholdOverride } from '../runtime/thresholds.ts'
import type { SensorType } from '../contract/sensor-types.ts'

export const variables = {
  CONSUMER_ID: text({ defaultValue: 'consumer-001', help: 'The name of this consumer on the page and in what it writes.' }),
  CONSUMER_GROUP: text({ defaultValue: 'sensor-processors', help: 'The group that shares the partitions.' }),
  ...kafkaVariables,
  ...postgresVariables,
  GROUP_SESSION_TIMEOUT_MS: integer({
    defaultValue: 6_000, min: 1_000, max: 300_000,
    help: 'A consumer that is silent for so long loses its partitions to the others. Kafka refuses less than its own '
      + '`group.min.session.timeout.ms`, 6000 by default; the brokers of the local runtime allow 3000.',
  }),
  BATCH_MAX_READINGS: integer({ defaultValue: 10_000, min: 1, max: 30_000, help: 'So many readings are written in one transaction at most.' }),
  BATCH_MAX_AGE_MS: integer({ defaultValue: 100, min: 0, max: 10_000, help: 'A reading waits so long at most for others to be written with it.' }),
  RETENTION_RAW_DAYS: integer({ defaultValue: 400, min: 1, max: 36_500, help: 'A reading that is older goes to the dead letters.' }),
  ...thresholdVariables(SENSOR_TYPES),
  ...livenessVariables,
  LOG_LEVEL: oneOf(LOG_LEVELS, { defaultValue: 'info', help: 'What is logged, and everything above it.' }),
}

export interface ConsumerConfig {
  readonly consumerId: string
  readonly group: string
  readonly brokers: readonly string[]
  readonly kafkaSecurity: KafkaSecurity
  readonly sensorTopic: string
  readonly alertTopic: string
  readonly databaseUrl: string
  readonly sessionTimeoutMs: number
  readonly batchMaxReadings: number
  readonly batchMaxAgeMs: number
  readonly retentionDays: number
  readonly thresholds: Readonly<Record<SensorType, ThresholdOverride>>
  /** Null: none is wanted. */
  readonly livenessFile: string | null
  readonly logLevel: LogLevel
}

export function readConfig(env: Environment): ConsumerConfig {
  const values = readVariables(variables, env)
  return {
    consumerId: values.CONSUMER_ID,
    group: values.CONSUMER_GROUP,
    brokers: values.KAFKA_BROKERS,
    kafkaSecurity: kafkaSecurityOf(values),
    sensorTopic: values.SENSOR_TOPIC,
    alertTopic: values.ALERT_TOPIC,
    databaseUrl: values.DATABASE_URL,
    sessionTimeoutMs: values.GROUP_SESSION_TIMEOUT_MS,
    batchMaxReadings: values.BATCH_MAX_READINGS,
    batchMaxAgeMs: values.BATCH_MAX_AGE_MS,
    retentionDays: values.RETENTION_RAW_DAYS,
    thresholds: thresholdOverrides(SENSOR_TYPES, values),
    livenessFile: values.LIVENESS_FILE,
    logLevel: values.LOG_LEVEL,
  }
}
