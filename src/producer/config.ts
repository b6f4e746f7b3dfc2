import type { Calendar } from '../calendar/calendar.ts'
import { calendarVariables, readCalendar } from '../calendar/config.ts'
import { MAX_NAME_LENGTH } from '../contract/reading.ts'
import type { Location } from '../contract/reading.ts'
import { SENSOR_TYPES, SENSOR_TYPE_NAMES } from '../contract/sensor-types.ts'
import type { SensorType, Thresholds } from '../contract/sensor-types.ts'
import { kafkaVariables } from '../kafka/config.ts'
import { kafkaSecurityOf } from '../kafka/security.ts'
import type { KafkaSecurity } from '../kafka/security.ts'
import { postgresVariables } from '../postgres/config.ts'
import { decimal, integer, oneOf, readVariables, text } from '../runtime/config.ts'
import type { Environment, Variable } from '../runtime/config.ts'
import { livenessVariables } from '../runtime/liveness-file.ts'
import { LOG_LEVELS } from '../runtime/log.ts'
import type { LogLevel } from '../runtime/log.ts'
import { thresholdOverrides, thresholdVariables } from '../runtime/thresholds.ts'

const NAME = new RegExp(`^[^\\u0000-\\u001f\\u007f]{1,${MAX_NAME_LENGTH}}$`)
const NAME_ALLOWED = `a text of at most ${MAX_NAME_LENGTH} characters`

export const producerVariables = {
  SENSOR_ID: text({ pattern: NAME, allowed: NAME_ALLOWED, help: 'The name of the sensor, unique in the plant.' }),
  SENSOR_TYPE: oneOf(SENSOR_TYPE_NAMES, { help: 'What the sensor measures.' }),
  SAMPLING_INTERVAL: samplingInterval(),
  FACTORY_SECTION: text({ defaultValue: 'production', pattern: NAME, allowed: NAME_ALLOWED, help: 'Where the sensor is: the section.' }),
  MACHINE_ID: text({ defaultValue: 'machine-001', pattern: NAME, allowed: NAME_ALLOWED, help: 'Where the sensor is: the machine.' }),
  ZONE: text({ defaultValue: 'zone-a', pattern: NAME, allowed: NAME_ALLOWED, help: 'Where the sensor is: the zone.' }),
  SENSOR_SEED: text({ defaultValue: '1', help: 'Any text. With the same seed a sensor makes the same noise and episodes at every start.' }),
  PRODUCER_BUFFER_MAX: integer({
    defaultValue: 10_000, min: 1, max: 10_000_000,
    help: 'Readings that are kept while Kafka does not acknowledge, some 500 bytes each; above it the oldest are dropped and counted.',
  }),
  ...calendarVariables,
  ...kafkaVariables,
  ...postgresVariables,
  ...thresholdVariables(SENSOR_TYPES),
  ...livenessVariables,
  LOG_LEVEL: oneOf(LOG_LEVELS, { defaultValue: 'info', help: 'The least severe lines that are logged.' }),
}

export interface ProducerConfig {
  readonly sensorId: string
  readonly sensorType: SensorType
  readonly samplingIntervalMs: number
  readonly location: Location
  readonly thresholds: Thresholds
  readonly seed: string
  readonly calendar: Calendar
  readonly bufferMax: number
  readonly brokers: readonly string[]
  readonly kafkaSecurity: KafkaSecurity
  readonly sensorTopic: string
  readonly alertTopic: string
  readonly databaseUrl: string
  /** Null: none is wanted. */
  readonly livenessFile: string | null
  readonly logLevel: LogLevel
}

/** Throws an `ExitError` that names the wrong variable. */
export function readConfig(env: Environment): ProducerConfig {
  const values = readVariables(producerVariables, env)
  const type = SENSOR_TYPES[values.SENSOR_TYPE]
  const override = thresholdOverrides(SENSOR_TYPES, values)[values.SENSOR_TYPE]
  return {
    sensorId: values.SENSOR_ID,
    sensorType: values.SENSOR_TYPE,
    samplingIntervalMs: (values.SAMPLING_INTERVAL ?? type.samplingIntervalS) * 1000,
    location: { factory_section: values.FACTORY_SECTION, machine_id: values.MACHINE_ID, zone: values.ZONE },
    thresholds: { warning: override.warning ?? type.warning, critical: override.critical ?? type.critical },
    seed: values.SENSOR_SEED,
    calendar: readCalendar(values.PLANT_CALENDAR),
    bufferMax: values.PRODUCER_BUFFER_MAX,
    brokers: values.KAFKA_BROKERS,
    kafkaSecurity: kafkaSecurityOf(values),
    sensorTopic: values.SENSOR_TOPIC,
    alertTopic: values.ALERT_TOPIC,
    databaseUrl: values.DATABASE_URL,
    livenessFile: values.LIVENESS_FILE,
    logLevel: values.LOG_LEVEL,
  }
}

function samplingInterval(): Variable<number | null> {
  const variable = decimal({ min: 0.01, max: 86_400, help: 'Seconds from one reading to the next.' })
  return { ...variable, defaultValue: null, defaultText: SENSOR_TYPE_NAMES.map((type) => `${SENSOR_TYPES[type].samplingIntervalS} (${type})`).join(', ') }
}
