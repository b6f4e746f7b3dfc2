import type { LocalConfig } from './config.ts'
import { DEFAULT_LOGIN } from './postgres/server.ts'
import { demoSocketPath } from './state-files.ts'

/** `kafka-ui` is there with Docker only. */
export type ServiceKind = 'kafka' | 'postgres' | 'kafka-ui' | 'producer' | 'consumer' | 'monitoring'

/** One process of the system, under the name that commands know it by. */
export interface ServiceDefinition {
  readonly name: string
  readonly kind: ServiceKind
  /** What it listens on, for clients first; with the variable that moves it. */
  readonly ports: readonly ServicePort[]
  /** Of its own, beside the addresses of Kafka and PostgreSQL. Empty for servers, which are configured by files. */
  readonly env: Readonly<Record<string, string>>
}

export interface ServicePort {
  readonly host: string
  readonly port: number
  readonly variable: string
  /** The one that moves it to another address of this machine, where there is one. */
  readonly hostVariable?: string
}

export const BROKER_COUNT = 3

const PRODUCERS = [
  { name: 'temperature-sensor', id: 'temp-sensor-001', type: 'temperature', section: 'production', machine: 'machine-001', zone: 'zone-a' },
  { name: 'vibration-sensor', id: 'vib-sensor-002', type: 'vibration', section: 'production', machine: 'machine-002', zone: 'zone-b' },
  { name: 'energy-sensor', id: 'energy-sensor-003', type: 'energy', section: 'utilities', machine: 'generator-001', zone: 'zone-c' },
] as const

/** All services that run here, in the order in which they are started: without Kafka or PostgreSQL where the user has their own. */
export function serviceTable(config: LocalConfig): readonly ServiceDefinition[] {
  return [
    ...config.externalBrokers === null ? brokerPorts(config.kafkaPortBase).map(brokerService) : [],
    ...config.externalDatabaseUrl === null ? [postgresService(config)] : [],
    ...PRODUCERS.map(({ name, id, type, section, machine, zone }): ServiceDefinition => ({
      name, kind: 'producer', ports: [],
      env: { SENSOR_ID: id, SENSOR_TYPE: type, FACTORY_SECTION: section, MACHINE_ID: machine, ZONE: zone },
    })),
    ...Array.from({ length: config.consumerCount }, (_, index) => consumerService(index + 1, config)),
    monitoringService(config),
  ]
}

/** Those of these names, and the servers that they need. */
export function withServers(config: LocalConfig, names: readonly string[]): readonly ServiceDefinition[] {
  const all = serviceTable(config)
  const applications = all.some((service) => names.includes(service.name) && !isServer(service))
  return all.filter((service) => names.includes(service.name) || (applications && isServer(service)))
}

export function isServer({ kind }: ServiceDefinition): boolean {
  return kind === 'kafka' || kind === 'postgres'
}

/** Client and controller port of each broker: six in a row. */
export function brokerPorts(base: number): readonly { readonly nodeId: number, readonly port: number, readonly controllerPort: number }[] {
  return Array.from({ length: BROKER_COUNT }, (_, index) => ({ nodeId: index + 1, port: base + 2 * index, controllerPort: base + 2 * index + 1 }))
}

function brokerService({ nodeId, port, controllerPort }: { nodeId: number, port: number, controllerPort: number }): ServiceDefinition {
  const ports = [port, controllerPort].map((each) => ({ host: '127.0.0.1', port: each, variable: 'KAFKA_PORT_BASE' }))
  return { name: `kafka${nodeId}`, kind: 'kafka', ports, env: {} }
}

function postgresService({ postgresPort: port }: LocalConfig): ServiceDefinition {
  return { name: 'postgres', kind: 'postgres', ports: [{ host: '127.0.0.1', port, variable: 'POSTGRES_PORT' }], env: {} }
}

function consumerService(number: number, { externalBrokers }: LocalConfig): ServiceDefinition {
  return {
    name: `consumer-${number}`, kind: 'consumer', ports: [],
    env: {
      CONSUMER_ID: `consumer-${String(number).padStart(3, '0')}`,
      // Our brokers allow it; others refuse less than 6 s unless they were told. Measured: 4.6 s from kill -9 to the next owner.
      ...externalBrokers === null ? { GROUP_SESSION_TIMEOUT_MS: '4000' } : {},
    },
  }
}

function monitoringService({ home, demo, monitoringHost: host, monitoringPort: port }: LocalConfig): ServiceDefinition {
  return {
    name: 'monitoring', kind: 'monitoring', ports: [{ host, port, variable: 'MONITORING_PORT', hostVariable: 'MONITORING_HOST' }],
    env: { MONITORING_HOST: host, MONITORING_PORT: String(port), ...demo ? { DEMO_SOCKET: demoSocketPath(home) } : {} },
  }
}

/** Where clients reach the system. */
export interface Addresses {
  readonly brokers: readonly string[]
  readonly databaseUrl: string
  readonly monitoringUrl: string
}

/** Ours are on loopback, unless they are somewhere else. */
export interface ServerPlaces {
  readonly brokers?: readonly string[]
  readonly postgresHost?: string
  readonly postgresPassword?: string
}

export function addressesOf(config: LocalConfig, places: ServerPlaces = {}): Addresses {
  const { user, password, database } = DEFAULT_LOGIN
  const { brokers = brokerPorts(config.kafkaPortBase).map(({ port }) => `127.0.0.1:${port}`), postgresHost = '127.0.0.1', postgresPassword } = places
  return {
    brokers: config.externalBrokers ?? brokers,
    databaseUrl: config.externalDatabaseUrl ?? `postgresql://${user}:${postgresPassword ?? password}@${postgresHost}:${config.postgresPort}/${database}`,
    monitoringUrl: `${config.monitoringTls ? 'https' : 'http'}://${reachableHost(config.monitoringHost)}:${config.monitoringPort}`,
  }
}

/** What listens on all addresses is reached on this one. */
export function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

/** The environment of a producer, a consumer or the monitoring service: the caller's, and what the system sets in it. */
export function serviceEnvironment(service: ServiceDefinition, config: LocalConfig, env: Readonly<Record<string, string>>): Record<string, string> {
  const { brokers, databaseUrl } = addressesOf(config)
  // A debugger that attaches by NODE_OPTIONS would do so to each of them, and one file can't say of each whether it lives. Only DEMO=1 makes
  // a demonstration.
  const { NODE_OPTIONS: _options, DATABASE_URL_FILE: _file, LIVENESS_FILE: _liveness, DEMO_SOCKET: _demo, ...passed } = env
  // What protects a Kafka of the user's own would be wrong for ours, which listen on loopback only.
  const kept = Object.entries(passed).filter(([name]) => config.externalBrokers !== null || !/^KAFKA_(SSL|SASL)/.test(name))
  // The provider's secret is for the one that asks it.
  const needed = kept.filter(([name]) => service.kind === 'monitoring' || !name.startsWith('OIDC_'))
  return { ...Object.fromEntries(needed), ...service.env, KAFKA_BROKERS: brokers.join(','), DATABASE_URL: databaseUrl }
}

const LABELS: Readonly<Record<ServiceKind, string>> = {
  kafka: 'Kafka', postgres: 'PostgreSQL', 'kafka-ui': 'Kafka UI', producer: 'Producers', consumer: 'Consumers', monitoring: 'Monitoring',
}

/** The kind, or the service itself where it is one of several. */
export function labelOf(kind: ServiceKind, group: readonly { readonly name: string }[]): string {
  const [first] = group
  if (first === undefined) return ''
  return group.length === 1 && !['postgres', 'kafka-ui', 'monitoring'].includes(kind) ? first.name : LABELS[kind]
}
