import { asItRuns } from '../../docker/as-it-runs.ts'
import type { Places } from '../../docker/as-it-runs.ts'
import { createCompose } from '../../docker/compose.ts'
import type { Compose } from '../../docker/compose.ts'
import { composeEnvironment } from '../../docker/config.ts'
import { readContainers } from '../../docker/containers.ts'
import type { Container } from '../../docker/containers.ts'
import type { ServiceDefinition, ServiceKind } from '../../local/services.ts'
import type { SystemStatus } from '../../local/supervisor/protocol.ts'
import type { Environment } from '../../runtime/config.ts'
import { countConsumers, dockerServices, systemStatus } from './system.ts'

/** What is there now, and the means to change it so that the rest stays as it is. */
export interface DockerSystem {
  readonly places: Places
  readonly containers: readonly Container[]
  readonly services: readonly ServiceDefinition[]
  readonly status: SystemStatus
  readonly env: Environment
  /** Knows these services; or others, if it is told. */
  compose(services?: readonly ServiceDefinition[]): Compose
}

/** Asks the engine. `asked`: what the caller's variables say, which counts where nothing runs. Throws an `ExitError`. */
export async function readSystem(asked: Places, callersEnv: Environment): Promise<DockerSystem> {
  const containers = await readContainers(asked.config.project, callersEnv)
  const { local, config } = asItRuns(containers, asked)
  const places = { local: { ...local, consumerCount: consumerCountOf(containers, asked, callersEnv) }, config }
  const services = dockerServices(places.local, config)
  const env = composeEnvironment(config, places.local, callersEnv)
  return {
    places, containers, services, env, status: systemStatus(services, containers, places.local, config),
    compose: (known = services) => createCompose(env, [...known.filter(({ kind }) => isOurs(kind)).map(({ name }) => name), 'tester']),
  }
}

/** While consumers run, as many as there are; before that what is asked for counts. */
function consumerCountOf(containers: readonly Container[], { local }: Places, env: Environment): number {
  const asked = (env['CONSUMERS'] ?? '').trim() !== ''
  return countConsumers(containers.filter(({ pid }) => pid !== null || !asked)) ?? local.consumerCount
}

/** Built here, of `docker/Dockerfile.…`. */
export function isOurs(kind: ServiceKind): boolean {
  return kind === 'producer' || kind === 'consumer' || kind === 'monitoring'
}
