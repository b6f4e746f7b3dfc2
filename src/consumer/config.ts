import type { Calendar } from '../calendar/calendar.ts'
import { calendarVariables, readCalendar } from '../calendar/config.ts'
import { SENSOR_TYPES } from '../contract/sensor-types.ts'
import type { Mode } from '../detect/learned/state.ts'
import { kafkaVariables } from '../kafka/config.ts'
import { kafkaSecurityOf } from '../kafka/security.ts'
import type { KafkaSecurity } from '../kafka/security.ts'
import { postgresVariables } from '../postgres/config.ts'
import type { Retention } from '../postgres/retention.ts'
import { integer, oneOf, readVariables, text } from '../runtime/config.ts'
import type { Environment } from '../runtime/config.ts'
import { detectorInUse, detectorVariables } from '../runtime/detector-variables.ts'
import { ExitError } from '../runtime/errors.ts'
import { livenessVariables } from '../runtime/liveness-file.ts'
import { LOG_LEVELS } from '../runtime/log.ts'
import type { LogLevel } from '../runtime/log.ts'
import { thresholdOverrides, thresholdVariables } from '../runtime/thresholds.ts'
import type { ThresholdOverride } from '../runtime/thresholds.ts'
import type { SensorType } from '../contract/sensor-types.ts'

/**
 * Options of Node for a consumer's process; docker/Dockerfile.consumer has them too. By default the young generation grows to 96 MB, which a
 * batch's objects fill: 453 MB at most with 10,000 sensors, 375 MB so, at the same speed (with 4 MB 350, at a tenth more of processor time).
 */
export const CONSUMER_NODE_OPTIONS = ['--max-semi-space-size=16']

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
  RETENTION_RAW_DAYS: integer({
    defaultValue: 400, min: 1, max: 36_500,
    help: 'Readings are kept so long, and dropped by whole UTC days; one that comes older goes to the dead letters. This and the next two are '
      + 'the same in all consumers.',
  }),
  RETENTION_MINUTE_DAYS: integer({
    defaultValue: 1_826, min: 1, max: 36_500,
    help: 'Rollups by minute are kept so long, at least as long as the readings, and dropped by whole months.',
  }),
  RETENTION_HOUR_DAYS: integer({
    defaultValue: 0, min: 0, max: 36_500,
    help: 'Rollups by hour are kept so long, at least as long as those by minute, and dropped by whole years. 0: for ever.',
  }),
  ...detectorVariables,
  ...calendarVariables,
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
  readonly retention: Retention
  readonly calendar: Calendar
  readonly thresholds: Readonly<Record<SensorType, ThresholdOverride>>
  /** Null: nothing is learned. */
  readonly detector: Mode | null
  readonly learnedScore: number
  /** Null: none is wanted. */
  readonly livenessFile: string | null
  readonly logLevel: LogLevel
}

export function readConfig(env: Environment): ConsumerConfig {
  const values = readVariables(variables, env)
  const detector = detectorInUse(values)
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
    retention: retentionOf(values.RETENTION_RAW_DAYS, values.RETENTION_MINUTE_DAYS, values.RETENTION_HOUR_DAYS),
    calendar: readCalendar(values.PLANT_CALENDAR),
    thresholds: thresholdOverrides(SENSOR_TYPES, values),
    learnedScore: detector.alarmScore,
    detector: detector.mode,
    livenessFile: values.LIVENESS_FILE,
    logLevel: values.LOG_LEVEL,
  }
}

/** Throws an `ExitError` when a level would be gone before the one that it is made of. */
function retentionOf(rawDays: number, minuteDays: number, hourDays: number): Retention {
  if (minuteDays < rawDays) {
    throw new ExitError(`RETENTION_MINUTE_DAYS is ${minuteDays}; it must be at least RETENTION_RAW_DAYS, which is ${rawDays}`)
  }
  if (hourDays !== 0 && hourDays < minuteDays) {
    throw new ExitError(`RETENTION_HOUR_DAYS is ${hourDays}; it must be 0, for ever, or at least RETENTION_MINUTE_DAYS, which is ${minuteDays}`)
  }
  return { rawDays, minuteDays, hourDays: hourDays === 0 ? Number.POSITIVE_INFINITY : hourDays }
}
