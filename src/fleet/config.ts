import { parseArgs } from 'node:util'
import type { Calendar } from '../calendar/calendar.ts'
import { calendarVariables, readCalendar } from '../calendar/config.ts'
import { SENSOR_TYPES, SENSOR_TYPE_NAMES } from '../contract/sensor-types.ts'
import type { SensorType, Thresholds } from '../contract/sensor-types.ts'
import { kafkaVariables } from '../kafka/config.ts'
import { COMPRESSIONS } from '../kafka/record-batch.ts'
import type { Compression } from '../kafka/record-batch.ts'
import { kafkaSecurityOf } from '../kafka/security.ts'
import type { KafkaSecurity } from '../kafka/security.ts'
import { postgresVariables } from '../postgres/config.ts'
import { decimal, integer, oneOf, readVariables, text } from '../runtime/config.ts'
import type { Environment, Values, Variable } from '../runtime/config.ts'
import { ExitError } from '../runtime/errors.ts'
import { LOG_LEVELS } from '../runtime/log.ts'
import type { LogLevel } from '../runtime/log.ts'
import { thresholdOverrides, thresholdVariables } from '../runtime/thresholds.ts'
import { readPlantFile } from './plant-file.ts'
import type { Plant } from './plant-file.ts'
import { plantSensors } from './plant-tree.ts'
import type { PlantSensor } from './plant-tree.ts'
import { scheduleGroups } from './schedule.ts'

/** Each is an option, too: SENSORS is --sensors. An option goes before its variable. */
export const fleetOptions = {
  SENSORS: optional(integer({ min: 1, max: 1_000_000, help: 'How many sensors `make fleet` simulates.' }), 'as many as the plant file has'),
  RATE: optional(decimal({ min: 0.001, max: 10_000_000, help: 'Readings a second of all sensors of the fleet together.' }), 'the sensors\' own intervals'),
  MINUTES: optional(decimal({ min: 0.001, max: 10_000_000, help: 'How long the fleet runs.' }), 'until it is stopped'),
  FROM: optional(time('The fleet writes history instead, from this time on; without a time of day from the beginning of the day, UTC.'), 'no history'),
  TO: optional(time('Up to this time, not including it.'), 'now'),
  SEED: text({ defaultValue: '1', help: 'Any text. With the same seed, plant and times the fleet makes the same readings and the same faults.' }),
  PLANT: text({ defaultValue: 'fleet.yaml', help: 'The file that describes the plant of the fleet.' }),
  TRUTH: text({ defaultValue: 'fleet-truth.jsonl', help: 'The file that the fleet writes its faults to, a line of JSON each; what was in it is replaced.' }),
  TIME_SCALE: optional(
    decimal({ min: 0.001, max: 100_000, help: 'So many times as fast do the faults of the fleet pass.' }), '`time_scale` of the plant file'),
}

const fleetVariables = {
  FLEET_BUFFER_MB: integer({
    defaultValue: 256, min: 16, max: 65_536,
    help: 'What the fleet keeps while Kafka does not acknowledge; above it the oldest readings are dropped and counted. A backfill waits instead.',
  }),
  FLEET_COMPRESSION: oneOf(COMPRESSIONS, {
    defaultValue: 'zstd',
    help: 'How the fleet compresses its messages. Programs that read the topic need zstd for it; ours have it.',
  }),
  FLEET_MAX_LAG: integer({
    defaultValue: 2_000_000, min: 1_000, max: 1_000_000_000,
    help: 'A backfill waits while the consumers are so many readings behind, so that Kafka deletes none that is not stored.',
  }),
  RETENTION_RAW_DAYS: integer({ defaultValue: 400, min: 1, max: 36_500, help: 'A reading that is older goes to the dead letters.' }),
  ...calendarVariables,
  ...kafkaVariables,
  ...postgresVariables,
  ...thresholdVariables(SENSOR_TYPES),
  LOG_LEVEL: oneOf(LOG_LEVELS, { defaultValue: 'info', help: 'The least severe lines that are logged.' }),
}

export const variables = { ...fleetOptions, ...fleetVariables }

export interface FleetConfig {
  readonly plant: Plant
  readonly sensors: readonly PlantSensor[]
  readonly calendar: Calendar
  /** Null: their own intervals. */
  readonly ratePerS: number | null
  /** Null: until it is stopped. */
  readonly minutes: number | null
  /** Null: readings of now. Milliseconds since 1970, without the end. */
  readonly history: { readonly fromMs: number, readonly toMs: number } | null
  readonly seed: string
  readonly truthFile: string
  readonly timeScale: number
  readonly bufferBytes: number
  readonly compression: Compression
  readonly maxLag: number
  readonly thresholds: Readonly<Record<SensorType, Thresholds>>
  readonly brokers: readonly string[]
  readonly kafkaSecurity: KafkaSecurity
  readonly sensorTopic: string
  readonly alertTopic: string
  readonly databaseUrl: string
  readonly logLevel: LogLevel
}

const DAY_MS = 86_400_000
const MB = 1024 * 1024
const SHORTEST_INTERVAL_MS = 1

/** Throws an `ExitError` with one line that names the option, variable or field of the plant file, its value and what is allowed. */
export function readConfig(args: readonly string[], env: Environment, nowMs = Date.now()): FleetConfig {
  const options = readOptions(args, env)
  const values = readVariables(fleetVariables, env)
  const history = historyOf(options, values.RETENTION_RAW_DAYS, nowMs)
  const plant = readPlantFile(options.PLANT)
  const sensors = plantSensors(plant, options.SENSORS)
  requireDistinctTimes(sensors, options.RATE)
  const overrides = thresholdOverrides(SENSOR_TYPES, values)
  return {
    plant, sensors, history, ratePerS: options.RATE, minutes: options.MINUTES, seed: options.SEED, truthFile: options.TRUTH,
    calendar: readCalendar(values.PLANT_CALENDAR),
    timeScale: options.TIME_SCALE ?? plant.faults.timeScale,
    bufferBytes: values.FLEET_BUFFER_MB * MB,
    compression: values.FLEET_COMPRESSION,
    maxLag: values.FLEET_MAX_LAG,
    thresholds: Object.fromEntries(SENSOR_TYPE_NAMES.map((type) => [type, {
      warning: overrides[type].warning ?? SENSOR_TYPES[type].warning, critical: overrides[type].critical ?? SENSOR_TYPES[type].critical,
    }])) as Record<SensorType, Thresholds>,
    brokers: values.KAFKA_BROKERS,
    kafkaSecurity: kafkaSecurityOf(values),
    sensorTopic: values.SENSOR_TOPIC,
    alertTopic: values.ALERT_TOPIC,
    databaseUrl: values.DATABASE_URL,
    logLevel: values.LOG_LEVEL,
  }
}

function optionOf(name: string): string {
  return name.toLowerCase().replace('_', '-')
}

function readOptions(args: readonly string[], env: Environment): Values<typeof fleetOptions> {
  const given = parseOptions(args)
  const values = Object.entries(fleetOptions).map(([name, variable]): [string, unknown] => {
    const value = given[optionOf(name)]
    const shown = value === undefined ? name : `--${optionOf(name)}`
    return [name, readVariables({ [shown]: variable }, { [shown]: value ?? env[name] })[shown]]
  })
  return Object.fromEntries(values) as Values<typeof fleetOptions>
}

function parseOptions(args: readonly string[]): Readonly<Record<string, string | undefined>> {
  try {
    const options = Object.fromEntries(Object.keys(fleetOptions).map((name) => [optionOf(name), { type: 'string' as const }]))
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    const known = Object.keys(fleetOptions).map((name) => `--${optionOf(name)}`).join(', ')
    throw new ExitError(`${(error as Error).message.split('. ')[0]}; there are ${known}`)
  }
}

function historyOf(
  { FROM: fromMs, TO: toMs, MINUTES: minutes }: Values<typeof fleetOptions>, retentionDays: number, nowMs: number,
): FleetConfig['history'] {
  if (fromMs === null) {
    if (toMs !== null) throw new ExitError('--to is given without --from')
    return null
  }
  const shown = (ms: number): string => new Date(ms).toISOString()
  const end = toMs ?? nowMs
  if (minutes !== null) throw new ExitError('--minutes and --from exclude each other: history has its end by --to')
  if (end > nowMs) throw new ExitError(`--to is ${shown(end)}; it must not be in the future`)
  if (fromMs >= end) throw new ExitError(`--from is ${shown(fromMs)}; it must be before --to, ${shown(end)}`)
  if (fromMs < nowMs - retentionDays * DAY_MS) {
    throw new ExitError(`--from is ${shown(fromMs)}; it must not be before ${shown(nowMs - retentionDays * DAY_MS)}: `
      + `readings of more than RETENTION_RAW_DAYS, ${retentionDays} days, are refused by the consumers`)
  }
  return { fromMs, toMs: end }
}

/** Times have milliseconds. */
function requireDistinctTimes(sensors: readonly PlantSensor[], ratePerS: number | null): void {
  if (scheduleGroups(sensors, ratePerS).every(({ intervalMs }) => intervalMs >= SHORTEST_INTERVAL_MS)) return
  throw new ExitError(`--rate is ${ratePerS}; with ${sensors.length} sensors some would report more than once a millisecond: take more sensors`)
}

function optional<T>(variable: Variable<T>, defaultText: string): Variable<T | null> {
  return { ...variable, defaultValue: null, defaultText }
}

const DAY = /^\d{4}-\d\d-\d\d$/
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z$/

function time(help: string): Variable<number> {
  return {
    help, allowed: 'a day like 2026-01-31 or a time like 2026-01-31T06:00Z',
    parse(value) {
      const ms = DAY.test(value) || TIME.test(value) ? Date.parse(value) : NaN
      // There is no February 30, but Date.parse takes it for March 2.
      return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== value.slice(0, 10) ? undefined : ms
    },
  }
}
