import { kafkaVariables } from '../kafka/config.ts'
import { postgresVariables } from '../postgres/config.ts'
import { oneOf, port, readVariables, text } from '../runtime/config.ts'
import type { Environment, Values } from '../runtime/config.ts'
import { LOG_LEVELS } from '../runtime/log.ts'

/** The variables of the monitoring service. */
export const monitoringVariables = {
  MONITORING_HOST: text({
    defaultValue: '127.0.0.1', pattern: /^[A-Za-z0-9.:_-]+$/, allowed: 'a host name or an address',
    help: 'The address that the API and the page listen on; 0.0.0.0 opens them to the network.',
  }),
  MONITORING_PORT: port({ defaultValue: 5000, help: 'The port of the API and the page.' }),
  DATABASE_URL: postgresVariables.DATABASE_URL,
  KAFKA_BROKERS: kafkaVariables.KAFKA_BROKERS,
  SENSOR_TOPIC: kafkaVariables.SENSOR_TOPIC,
  LOG_LEVEL: oneOf(LOG_LEVELS, { defaultValue: 'info', help: 'How much is logged.' }),
}

export type MonitoringConfig = Values<typeof monitoringVariables>

export function readConfig(env: Environment): MonitoringConfig {
  return readVariables(monitoringVariables, env)
}
