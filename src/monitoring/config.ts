import type { Calendar } from '../calendar/calendar.ts'
import { calendarVariables, readCalendar } from '../calendar/config.ts'
import { kafkaVariables } from '../kafka/config.ts'
import { kafkaSecurityOf, kafkaSecurityVariables } from '../kafka/security.ts'
import type { KafkaSecurity } from '../kafka/security.ts'
import { postgresVariables } from '../postgres/config.ts'
import { flag, integer, oneOf, port, readVariables, text } from '../runtime/config.ts'
import type { Environment } from '../runtime/config.ts'
import { detectorInUse, detectorVariables } from '../runtime/detector-variables.ts'
import type { DetectorInUse } from '../runtime/detector-variables.ts'
import { LOG_LEVELS } from '../runtime/log.ts'
import type { LogLevel } from '../runtime/log.ts'
import { oidcOf, oidcVariables } from './access/oidc-config.ts'
import type { OidcConfig } from './access/oidc-config.ts'
import { allowedHosts, trustedProxies } from './access/reached-by.ts'
import { readTlsFiles } from './tls-files.ts'
import type { ServerTls } from './tls-files.ts'

/** The variables of the monitoring service. */
export const monitoringVariables = {
  MONITORING_HOST: text({
    defaultValue: '127.0.0.1', pattern: /^[A-Za-z0-9.:_-]+$/, allowed: 'a host name or an address',
    help: 'The address that the API and the page listen on; 0.0.0.0 opens them to the network.',
  }),
  MONITORING_PORT: port({ defaultValue: 5000, help: 'The port of the API and the page.' }),
  MONITORING_ANONYMOUS_READ: flag({
    defaultValue: false,
    help: 'Whether everybody who reaches the API and the page may read without a login. Without it that is so only on loopback, and only until there '
      + 'is an account, or OIDC_ISSUER.',
  }),
  MONITORING_TLS_CERT_FILE: {
    ...text({ help: 'The file (PEM) of the certificate of the API and the page, with those between it and its authority. Then they are at https only.' }),
    defaultValue: null,
  },
  MONITORING_TLS_KEY_FILE: { ...text({ help: 'The file (PEM) of the key to MONITORING_TLS_CERT_FILE.' }), defaultValue: null },
  MONITORING_ALLOWED_HOSTS: allowedHosts({
    help: 'The names under which the API and the page are reached, with commas between. Not needed for an address, a name without a dot, and this '
      + 'machine\'s own name.',
  }),
  MONITORING_TRUST_PROXY: trustedProxies({
    help: 'The addresses of the proxies in front, with commas between: whoever asks through them counts under the address in their header X-Forwarded-For.',
  }),
  ...oidcVariables,
  DEMO_SOCKET: {
    ...text({ help: 'The socket of a demonstration, by which services are killed and revived from the page; set by `make all DEMO=1`.' }), defaultValue: null,
  },
  MAX_SHELVE_HOURS: integer({ defaultValue: 24, min: 1, max: 8_760, help: 'The hours for which an operator can shelve an alarm at most.' }),
  ...detectorVariables,
  ...calendarVariables,
  DATABASE_URL: postgresVariables.DATABASE_URL,
  KAFKA_BROKERS: kafkaVariables.KAFKA_BROKERS,
  SENSOR_TOPIC: kafkaVariables.SENSOR_TOPIC,
  ALERT_TOPIC: kafkaVariables.ALERT_TOPIC,
  ...kafkaSecurityVariables,
  LOG_LEVEL: oneOf(LOG_LEVELS, { defaultValue: 'info', help: 'How much is logged.' }),
}

export interface MonitoringConfig {
  readonly host: string
  readonly port: number
  /** Absent: no. */
  readonly anonymousRead?: boolean
  /** Absent or null: plain http. */
  readonly tls?: ServerTls | null
  /** Absent: none. */
  readonly allowedHosts?: readonly string[]
  /** Addresses and networks; absent: none. */
  readonly trustedProxies?: readonly string[]
  /** Absent or null: people log in by password alone. */
  readonly oidc?: OidcConfig | null
  /** As browsers reach the page. Absent or null: by where it listens. */
  readonly publicUrl?: URL | null
  /** Absent or null: there is no demonstration. */
  readonly demoSocket?: string | null
  /** Absent: 24. */
  readonly maxShelveHours?: number
  /** As the consumers have it. Absent: full, 0.7. */
  readonly detector?: DetectorInUse
  /** Absent: UTC, three shifts, no maintenance. */
  readonly calendar?: Calendar
  readonly databaseUrl: string
  readonly brokers: readonly string[]
  readonly kafkaSecurity: KafkaSecurity
  readonly sensorTopic: string
  readonly alertTopic: string
  readonly logLevel: LogLevel
}

/** Throws an `ExitError` that names the wrong variable. */
export function readConfig(env: Environment): MonitoringConfig {
  const values = readVariables(monitoringVariables, env)
  return {
    host: values.MONITORING_HOST,
    port: values.MONITORING_PORT,
    anonymousRead: values.MONITORING_ANONYMOUS_READ,
    tls: readTlsFiles(values.MONITORING_TLS_CERT_FILE, values.MONITORING_TLS_KEY_FILE),
    allowedHosts: values.MONITORING_ALLOWED_HOSTS,
    trustedProxies: values.MONITORING_TRUST_PROXY,
    oidc: oidcOf(values),
    publicUrl: values.MONITORING_PUBLIC_URL,
    demoSocket: values.DEMO_SOCKET,
    maxShelveHours: values.MAX_SHELVE_HOURS,
    detector: detectorInUse(values),
    calendar: readCalendar(values.PLANT_CALENDAR),
    databaseUrl: values.DATABASE_URL,
    brokers: values.KAFKA_BROKERS,
    kafkaSecurity: kafkaSecurityOf(values),
    sensorTopic: values.SENSOR_TOPIC,
    alertTopic: values.ALERT_TOPIC,
    logLevel: values.LOG_LEVEL,
  }
}
