import type { Container } from '../../docker/containers.ts'
import type { DockerConfig } from '../../docker/config.ts'
import type { LocalConfig } from '../../local/config.ts'
import { addressesOf, reachableHost, serviceTable } from '../../local/services.ts'
import type { ServiceDefinition } from '../../local/services.ts'
import type { ServiceStatus, SystemStatus } from '../../local/supervisor/protocol.ts'

/** The services of docker-compose.yml: those of the local runtime, with the ports that are published, and Kafka UI. */
export function dockerServices(local: LocalConfig, config: DockerConfig): readonly ServiceDefinition[] {
  const published = serviceTable(local).map((service): ServiceDefinition => {
    const broker = Number(/^kafka(\d)$/.exec(service.name)?.[1] ?? 0)
    // A broker's controller listens inside only.
    const [own] = service.ports
    if (own === undefined) return service
    const place = broker === 0 ? own : { ...own, port: config.kafkaPorts[broker - 1] ?? own.port }
    return { ...service, ports: [{ ...place, host: config.bindAddress, hostVariable: 'BIND_ADDRESS' }] }
  })
  if (local.externalBrokers !== null) return published
  const kafkaUi: ServiceDefinition = {
    name: 'kafka-ui', kind: 'kafka-ui', env: {},
    ports: [{ host: config.bindAddress, port: config.kafkaUiPort, variable: 'KAFKA_UI_PORT', hostVariable: 'BIND_ADDRESS' }],
  }
  const servers = published.filter(({ kind }) => kind === 'kafka' || kind === 'postgres')
  return [...servers, kafkaUi, ...published.slice(servers.length)]
}

/** How many consumers there are; undefined while there is no container of one. */
export function countConsumers(containers: readonly Pick<Container, 'name'>[]): number | undefined {
  const numbers = containers.map(({ name }) => Number(/^consumer-(\d+)$/.exec(name)?.[1] ?? 0))
  return Math.max(0, ...numbers) || undefined
}

/** Services without a container are stopped. */
export function systemStatus(
  services: readonly ServiceDefinition[], found: readonly Container[], local: LocalConfig, config: DockerConfig,
): SystemStatus {
  // A container that doesn't end in time when everything is stopped is killed by Docker, not by hand.
  const containers = found.some(({ pid }) => pid !== null) ? found : found.map((container) => ({ ...container, state: 'stopped' as const }))
  const { kafkaPortBase, postgresPort, monitoringPort, monitoringHost } = local
  const addresses = addressesOf({ ...local, monitoringHost: config.bindAddress }, {
    brokers: config.kafkaPorts.map((port) => `${config.advertisedHost}:${port}`),
    postgresHost: reachableHost(config.bindAddress), postgresPassword: config.postgresPassword,
  })
  return {
    supervisorPid: null, starting: containers.some(({ state }) => state === 'starting'),
    consumerCount: services.filter(({ kind }) => kind === 'consumer').length,
    services: services.map((service) => statusOf(service, containers.find(({ name }) => name === service.name))),
    ...addresses, demo: config.demo,
    ports: { kafkaPortBase, postgresPort, monitoringPort, monitoringHost },
    ownKafka: local.externalBrokers === null, ownPostgres: local.externalDatabaseUrl === null,
  }
}

function statusOf({ name, kind, ports, env }: ServiceDefinition, container: Container | undefined): ServiceStatus {
  const { state = 'stopped', pid = null, startedAtMs = null, restarts = 0, reason = null } = container ?? {}
  return {
    name, kind, state, pid, restarts, reason, memoryMB: null,
    uptimeS: startedAtMs === null ? null : Math.max(0, Math.floor((Date.now() - startedAtMs) / 1000)),
    port: ports[0]?.port ?? null,
    healthId: env['SENSOR_ID'] ?? env['CONSUMER_ID'] ?? null,
  }
}
