import { createCompose } from '../../docker/compose.ts'
import type { Compose } from '../../docker/compose.ts'
import { composeEnvironment, readDockerConfig } from '../../docker/config.ts'
import { readContainers, readMemory } from '../../docker/containers.ts'
import type { Container } from '../../docker/containers.ts'
import { docker } from '../../docker/engine.ts'
import type { LocalConfig } from '../../local/config.ts'
import type { ServiceDefinition } from '../../local/services.ts'
import type { ServiceStatus, SystemStatus } from '../../local/supervisor/protocol.ts'
import type { Environment } from '../../runtime/config.ts'
import { ExitError } from '../../runtime/errors.ts'
import { ALL_KINDS } from '../service-kinds.ts'
import type { Runtime } from '../runtime.ts'
import { print, timedStep } from '../terminal.ts'
import { bringUp, upAndHealthy } from './bring-up.ts'
import { showLogs } from './show-logs.ts'
import { countConsumers, dockerServices, systemStatus } from './system.ts'

interface Reading {
  readonly containers: readonly Container[]
  readonly services: readonly ServiceDefinition[]
  readonly status: SystemStatus
  readonly compose: Compose
}

/** The services as containers of one Docker Compose project. */
export function createDockerRuntime(local: LocalConfig, callersEnv: Environment): Runtime {
  const config = readDockerConfig(callersEnv, local)
  const env = composeEnvironment(config, callersEnv)

  /** The containers as they are, and the Compose that fits their number. */
  async function read(): Promise<Reading> {
    const containers = await readContainers(config.project, env)
    const services = dockerServices({ ...local, consumerCount: consumerCountOf(containers) }, config)
    return { containers, services, status: systemStatus(services, containers, local, config), compose: composeFor(services) }
  }

  /** While consumers run, as many as there are; before that what is asked for counts. */
  function consumerCountOf(containers: readonly Container[]): number {
    const asked = (env['CONSUMERS'] ?? '').trim() !== ''
    const existing = countConsumers(containers.filter(({ pid }) => pid !== null || !asked))
    return existing ?? local.consumerCount
  }

  function composeFor(services: readonly ServiceDefinition[]): Compose {
    return createCompose(env, services.filter(({ kind }) => isOurs(kind)).map(({ name }) => name))
  }

  /** Null where there is no container that runs, or should. */
  async function status({ memory = false } = {}): Promise<SystemStatus | null> {
    const { status: found } = await read()
    const running = found.services.filter(({ pid }) => pid !== null).map(({ name }) => name)
    if (found.services.every(({ state }) => state === 'stopped')) return null
    if (!memory) return found
    const used = await readMemory(running, env)
    return { ...found, services: found.services.map((service) => ({ ...service, memoryMB: megabytes(used.get(service.name)) })) }
  }

  return {
    name: 'docker', env, config: local, status,
    stopped: () => systemStatus(dockerServices(local, config), [], local, config),
    absence: () => 'Nothing runs; start it by `make all`.',
    async bringUp(options) {
      const { services, status: before, compose } = await read()
      await bringUp({ ...options, services, before, compose, ask: status, config: local, env })
    },
    async revive(names) {
      const { compose } = await read()
      await timedStep(`${names.join(', ')} ready`, () => upAndHealthy(compose, names, env))
    },
    async stop(names) {
      const { compose } = await read()
      await timedStep(`${names.join(', ')} stopped`, () => compose.run(['stop', ...names]))
    },
    async kill(names) {
      const { status: { services } } = await read()
      for (const name of names) {
        const found = services.find((service) => service.name === name)
        if (found?.pid === null) throw new ExitError(`${name} is not running (${found.state})`)
        await docker(['kill', name], { env, timeoutMs: 10_000 })
      }
    },
    async scale(consumerCount) {
      const { containers, status: { services } } = await read()
      const surplus = containers.map(({ name }) => name).filter((name) => (countConsumers([{ name }]) ?? 0) > consumerCount)
      if (surplus.length > 0) {
        await timedStep(`${surplus.join(', ')} stopped`, () => docker(['stop', ...surplus], { env }))
        await docker(['rm', ...surplus], { env })
      }
      const wanted = dockerServices({ ...local, consumerCount }, config)
      const missing = wanted.filter(({ name, kind }) => kind === 'consumer' && !services.some((service) => service.name === name && isThere(service)))
        .map(({ name }) => name)
      if (missing.length > 0) await timedStep(`${missing.join(', ')} ready`, () => upAndHealthy(composeFor(wanted), missing, env))
      return (await read()).status
    },
    async shutDown() {
      const { status: before, compose } = await read()
      if (before.services.every(({ state }) => state === 'stopped')) {
        print('Nothing runs.')
        return
      }
      await timedStep('Everything stopped; the data is kept', () => compose.run(['stop']))
    },
    async clean() {
      const { compose } = await read()
      await timedStep('Containers, network and volumes removed', () => compose.run(['--profile', '*', 'down', '--volumes', '--remove-orphans']))
    },
    async showLogs(cli, kind) {
      const { containers, services } = await read()
      const known = services.filter((service) => kind === null || service.kind === kind).map(({ name }) => name)
      const unknown = cli.services.find((name) => !known.includes(name))
      if (unknown !== undefined) throw new ExitError(`there is no service "${unknown}" here; there are ${known.join(', ')}`)
      const names = (cli.services.length > 0 ? cli.services : known)
        .filter((name) => containers.some((container) => container.name === name))
      if (names.length === 0) throw new ExitError('there are no containers; start the system by `make all`')
      await showLogs(cli, names, env)
    },
    async build(kinds) {
      const services = dockerServices(local, config)
      const built = services.filter(({ kind }) => kinds.includes(kind) && isOurs(kind)).map(({ name }) => name)
      const pulled = services.filter(({ kind }) => kinds.includes(kind) && !isOurs(kind)).map(({ name }) => name)
      const compose = composeFor(services)
      if (built.length > 0) {
        if (ALL_KINDS.every((kind) => kinds.includes(kind))) built.push('tester')
        await timedStep('Images built', () => compose.run(['--profile', 'tester', 'build', ...built], { onTerminal: process.stdout.isTTY }))
      }
      if (pulled.length > 0) {
        await timedStep('Images pulled', () => compose.run(['pull', '--policy', 'missing', ...pulled], { onTerminal: process.stdout.isTTY }))
      }
    },
  }
}

/** Those that were killed by hand stay dead. */
function isThere({ state }: ServiceStatus): boolean {
  return state === 'running' || state === 'killed'
}

function isOurs(kind: string): boolean {
  return kind === 'producer' || kind === 'consumer' || kind === 'monitoring'
}

function megabytes(bytes: number | undefined): number | null {
  return bytes === undefined ? null : Math.round(bytes / 1e6)
}
