import { resolve } from 'node:path'
import { kafkaVariables } from '../kafka/config.ts'
import { UNPROTECTED, readKafkaSecurity } from '../kafka/security.ts'
import type { KafkaSecurity } from '../kafka/security.ts'
import { monitoringVariables } from '../monitoring/config.ts'
import { postgresVariables } from '../postgres/config.ts'
import { flag, integer, oneOf, port, readVariables, text } from '../runtime/config.ts'
import type { Environment } from '../runtime/config.ts'
import { ExitError, messageOf } from '../runtime/errors.ts'
import { PROJECT_ROOT } from './project.ts'

/** Of each, up to 4 connections to PostgreSQL, which allows 100. */
export const MAX_CONSUMERS = 24

/** The variables of the local runtime: where it lives and which ports it takes. */
export const localVariables = {
  FACTORY_HOME: text({
    defaultValue: '.factory',
    help: 'The folder of data, logs and state of a local run. A relative one is in the project\'s folder. Each copy that runs needs its own.',
  }),
  KAFKA_PORT_BASE: integer({
    defaultValue: 9092, min: 1, max: 65_530,
    help: 'The first of six ports in a row: the brokers listen on it, +2 and +4, their controllers on +1, +3 and +5.',
  }),
  POSTGRES_PORT: port({ defaultValue: 5432, help: 'The port of the local PostgreSQL.' }),
  CONSUMERS: integer({
    defaultValue: 3, min: 1, max: MAX_CONSUMERS,
    help: 'How many consumers are started. Those above the number of partitions, 3, have none until another one ends.',
  }),
  RUNTIME: {
    ...oneOf(['docker', 'local'], { help: 'How the services run: in containers, or as processes of this machine.' }),
    defaultValue: null, defaultText: 'docker where an engine with Compose answers, else local',
  },
  DEMO: flag({
    defaultValue: false,
    help: 'Whether the start is that of a demonstration, in which the holder of a token, printed at the start, kills and revives services from the page.',
  }),
  MONITORING_HOST: monitoringVariables.MONITORING_HOST,
  MONITORING_PORT: monitoringVariables.MONITORING_PORT,
  MONITORING_TLS_CERT_FILE: monitoringVariables.MONITORING_TLS_CERT_FILE,
  SENSOR_TOPIC: kafkaVariables.SENSOR_TOPIC,
  ALERT_TOPIC: kafkaVariables.ALERT_TOPIC,
}

/** Servers that the user has already: then ours aren't started. */
const externalVariables = {
  KAFKA_BROKERS: { ...kafkaVariables.KAFKA_BROKERS, defaultValue: null },
  DATABASE_URL: { ...postgresVariables.DATABASE_URL, defaultValue: null },
}

export interface LocalConfig {
  /** FACTORY_HOME, absolute. */
  readonly home: string
  readonly kafkaPortBase: number
  readonly postgresPort: number
  readonly monitoringHost: string
  readonly monitoringPort: number
  /** The page is at https. */
  readonly monitoringTls: boolean
  readonly consumerCount: number
  /** Services can be killed and revived from the page. */
  readonly demo: boolean
  /** Null: we run Kafka ourselves. */
  readonly externalBrokers: readonly string[] | null
  /** Of the external brokers; our own listen on loopback only. */
  readonly kafkaSecurity: KafkaSecurity
  /** Null: we run PostgreSQL ourselves. */
  readonly externalDatabaseUrl: string | null
  readonly sensorTopic: string
  readonly alertTopic: string
}

/** Throws an `ExitError` that names the first wrong variable. */
export function readLocalConfig(env: Environment): LocalConfig {
  const values = readVariables(localVariables, env)
  const external = readVariables(externalVariables, env)
  return {
    home: resolve(PROJECT_ROOT, values.FACTORY_HOME),
    kafkaPortBase: values.KAFKA_PORT_BASE,
    postgresPort: values.POSTGRES_PORT,
    monitoringHost: values.MONITORING_HOST,
    monitoringPort: values.MONITORING_PORT,
    monitoringTls: values.MONITORING_TLS_CERT_FILE !== null,
    consumerCount: values.CONSUMERS,
    demo: values.DEMO,
    externalBrokers: external.KAFKA_BROKERS,
    kafkaSecurity: external.KAFKA_BROKERS === null ? UNPROTECTED : readKafkaSecurity(env),
    externalDatabaseUrl: external.DATABASE_URL,
    sensorTopic: values.SENSOR_TOPIC,
    alertTopic: values.ALERT_TOPIC,
  }
}

/** The same, with a line for each wrong variable. */
export function readWholeLocalConfig(env: Environment): LocalConfig {
  const problems = Object.entries({ ...localVariables, ...externalVariables }).flatMap(([name, variable]) => {
    try {
      readVariables({ [name]: variable }, env)
      return []
    } catch (error) {
      if (!(error instanceof ExitError)) throw error
      return [messageOf(error)]
    }
  })
  if (problems.length > 0) throw new ExitError(problems.join('\n'))
  return readLocalConfig(env)
}
