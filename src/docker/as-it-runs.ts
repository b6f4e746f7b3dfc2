import type { LocalConfig } from '../local/config.ts'
import { DEMO_SERVICE } from './config.ts'
import type { DockerConfig } from './config.ts'
import type { Container } from './containers.ts'

export interface Places {
  readonly local: LocalConfig
  readonly config: DockerConfig
}

/**
 * Where the containers that run are reached, which is as they were started: the caller's variables may say something else by now. What
 * doesn't run is as the caller has it.
 */
export function asItRuns(containers: readonly Container[], { local, config }: Places): Places {
  const running = containers.filter(({ pid }) => pid !== null)
  const find = (name: string): Container | undefined => running.find((container) => container.name === name)
  const portOf = (name: string, asked: number): number => find(name)?.published?.port ?? asked
  const kafkaPorts = config.kafkaPorts.map((asked, index) => portOf(`kafka${index + 1}`, asked))
  const monitoring = find('monitoring')
  const broker = running.find(({ name }) => /^kafka\d$/.test(name))
  return {
    local: {
      ...local, kafkaPortBase: find('kafka1') === undefined ? local.kafkaPortBase : kafkaPorts[0] ?? local.kafkaPortBase,
      postgresPort: portOf('postgres', local.postgresPort), monitoringPort: portOf('monitoring', local.monitoringPort),
      monitoringTls: monitoring === undefined ? local.monitoringTls : (monitoring.env['MONITORING_TLS_CERT_FILE'] ?? '') !== '',
    },
    config: {
      ...config, kafkaPorts, kafkaUiPort: portOf('kafka-ui', config.kafkaUiPort),
      bindAddress: running.find(({ published }) => published !== null)?.published?.host ?? config.bindAddress,
      advertisedHost: /EXTERNAL:\/\/(.+):\d+/.exec(broker?.env['KAFKA_ADVERTISED_LISTENERS'] ?? '')?.[1] ?? config.advertisedHost,
      demo: monitoring === undefined ? config.demo || find(DEMO_SERVICE) !== undefined : (monitoring.env['DEMO_SOCKET'] ?? '') !== '',
      postgresPassword: find('postgres')?.env['POSTGRES_PASSWORD'] ?? config.postgresPassword,
    },
  }
}
