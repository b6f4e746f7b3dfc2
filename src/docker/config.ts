import type { LocalConfig } from '../local/config.ts'
import { port, readVariables, text } from '../runtime/config.ts'
import type { Environment, Variable } from '../runtime/config.ts'

/** Programs that know this system use it; it is no secret, and good for loopback only. */
export const PUBLISHED_PASSWORD = 'factory_pass'

/** The variables of docker-compose.yml that the commands have to know too, beside those of the local runtime. */
export const dockerVariables = {
  BIND_ADDRESS: text({
    defaultValue: '127.0.0.1', pattern: /^\d{1,3}(\.\d{1,3}){3}$/, allowed: 'an IPv4 address of this machine',
    help: 'The address that the containers\' ports are published on; 0.0.0.0 opens them to the network.',
  }),
  ADVERTISED_HOST: {
    ...text({
      pattern: /^[A-Za-z0-9._-]+$/, allowed: 'a host name or an IPv4 address',
      help: 'The name by which clients elsewhere reach the brokers of the containers.',
    }),
    defaultValue: null, defaultText: 'BIND_ADDRESS, and 127.0.0.1 where that is 0.0.0.0',
  },
  KAFKA1_PORT: brokerPort(1, 'KAFKA_PORT_BASE'),
  KAFKA2_PORT: brokerPort(2, 'KAFKA_PORT_BASE + 2'),
  KAFKA3_PORT: brokerPort(3, 'KAFKA_PORT_BASE + 4'),
  KAFKA_UI_PORT: port({ defaultValue: 8080, help: 'The port of Kafka UI.' }),
  POSTGRES_PASSWORD: {
    ...text({
      pattern: /^[A-Za-z0-9._~-]+$/, allowed: 'letters, digits, \'.\', \'_\', \'~\' and \'-\'',
      help: 'The password of factory_user in the PostgreSQL container, from its first start on.',
    }),
    defaultValue: PUBLISHED_PASSWORD, secret: true,
  },
  DOCKER_SOCKET: text({
    defaultValue: '/var/run/docker.sock', pattern: /^\/[^:]+$/, allowed: 'an absolute path',
    help: 'The socket of the Docker engine on its machine, which only the container of a demonstration is given (`DEMO=1`).',
  }),
  COMPOSE_PROJECT_NAME: text({
    defaultValue: 'factory', pattern: /^[a-z0-9][a-z0-9_-]*$/, allowed: 'small letters, digits, \'_\' and \'-\'',
    help: 'The name of the Docker Compose project: its volumes and its network begin with it.',
  }),
}

/** The service of docker-compose.yml that kills and revives containers in a demonstration, and its profile. */
export const DEMO_SERVICE = 'demo'
/** In the volume that it shares with the monitoring service. */
export const DEMO_SOCKET = '/run/demo/demo.sock'

function brokerPort(nodeId: number, defaultText: string): Variable<number | null> {
  return { ...port({ help: `The port of the broker in the container kafka${nodeId}.` }), defaultValue: null, defaultText }
}

export interface DockerConfig {
  readonly bindAddress: string
  readonly advertisedHost: string
  /** Of kafka1, kafka2 and kafka3. */
  readonly kafkaPorts: readonly number[]
  readonly kafkaUiPort: number
  readonly postgresPassword: string
  readonly project: string
  readonly demo: boolean
}

/** Throws an `ExitError` that names the wrong variable. */
export function readDockerConfig(env: Environment, { kafkaPortBase, demo }: Pick<LocalConfig, 'kafkaPortBase' | 'demo'>): DockerConfig {
  const values = readVariables(dockerVariables, env)
  return {
    bindAddress: values.BIND_ADDRESS,
    advertisedHost: values.ADVERTISED_HOST ?? (values.BIND_ADDRESS === '0.0.0.0' ? '127.0.0.1' : values.BIND_ADDRESS),
    kafkaPorts: [values.KAFKA1_PORT ?? kafkaPortBase, values.KAFKA2_PORT ?? kafkaPortBase + 2, values.KAFKA3_PORT ?? kafkaPortBase + 4],
    kafkaUiPort: values.KAFKA_UI_PORT,
    postgresPassword: values.POSTGRES_PASSWORD,
    project: values.COMPOSE_PROJECT_NAME,
    demo,
  }
}

/** What the compose file is given: the caller's variables, and those that follow from others. */
export function composeEnvironment(config: DockerConfig, local: LocalConfig, env: Environment): Environment {
  // What protects a Kafka of the user's own would be wrong for ours; what came as a file of this machine is given as what is in it.
  const { externalBrokers, kafkaSecurity, externalDatabaseUrl } = local
  const own = Object.entries(env).filter(([name]) => externalBrokers !== null || !/^KAFKA_(SSL|SASL)/.test(name))
  return {
    ...Object.fromEntries(own),
    COMPOSE_PROJECT_NAME: config.project,
    BIND_ADDRESS: config.bindAddress, ADVERTISED_HOST: config.advertisedHost,
    ...Object.fromEntries(config.kafkaPorts.map((published, index) => [`KAFKA${index + 1}_PORT`, String(published)])),
    POSTGRES_PORT: String(local.postgresPort), MONITORING_PORT: String(local.monitoringPort), KAFKA_UI_PORT: String(config.kafkaUiPort),
    POSTGRES_PASSWORD: config.postgresPassword,
    DATABASE_URL: externalDatabaseUrl ?? undefined,
    DEMO_SOCKET: config.demo ? DEMO_SOCKET : undefined,
    KAFKA_SASL_PASSWORD: kafkaSecurity.sasl?.password,
    // About other projects.
    COMPOSE_FILE: undefined, COMPOSE_PROFILES: undefined,
  }
}
