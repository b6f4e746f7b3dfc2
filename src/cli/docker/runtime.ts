import { DEMO_SERVICE, readDockerConfig } from '../../docker/config.ts'
import { CONSUMERS_IN_FILE } from '../../docker/compose.ts'
import { readMemory } from '../../docker/containers.ts'
import { refusePublishedPassword } from '../../docker/database-password.ts'
import { docker } from '../../docker/engine.ts'
import type { LocalConfig } from '../../local/config.ts'
import { sayGoodbyeFor } from '../../local/supervisor/goodbye.ts'
import type { SystemStatus } from '../../local/supervisor/protocol.ts'
import type { Environment } from '../../runtime/config.ts'
import { ExitError } from '../../runtime/errors.ts'
import { UsageError } from '../command.ts'
import type { Runtime } from '../runtime.ts'
import { print, printNotice, timedStep } from '../terminal.ts'
import { bringUp, upAndHealthy } from './bring-up.ts'
import { buildImages, pullImages } from './images.ts'
import { readSystem } from './read-system.ts'
import type { DockerSystem } from './read-system.ts'
import { showLogs } from './show-logs.ts'
import { countConsumers, dockerServices, systemStatus } from './system.ts'

/** The services as containers of one Docker Compose project. */
export function createDockerRuntime(local: LocalConfig, env: Environment): Runtime {
  const asked = { local, config: readDockerConfig(env, local) }
  const read = (): Promise<DockerSystem> => readSystem(asked, env)

  async function status({ memory = false } = {}): Promise<SystemStatus | null> {
    const { status: found } = await read()
    if (found.services.every(({ state }) => state === 'stopped')) return null
    if (!memory) return found
    const used = await readMemory(found.services.filter(({ pid }) => pid !== null).map(({ name }) => name), env)
    return { ...found, services: found.services.map((service) => ({ ...service, memoryMB: megabytes(used.get(service.name)) })) }
  }

  return {
    name: 'docker', env, config: local, status,
    stopped: () => systemStatus(dockerServices(local, asked.config), [], local, asked.config),
    absence: () => 'Nothing runs in Docker; start it by `make all`.',
    async bringUp(options) {
      refusePublishedPassword(asked.config, local)
      await bringUp({ ...options, asked: local, callersEnv: env, system: await read(), ask: status })
    },
    async revive(names) {
      refusePublishedPassword(asked.config, local)
      const system = await read()
      await timedStep(`${names.join(', ')} ready`, () => upAndHealthy(system, names))
    },
    async stop(names) {
      const { compose } = await read()
      await timedStep(`${names.join(', ')} stopped`, () => compose().run(['stop', ...names]))
      // Not ended in time, and so killed by Docker: without a container it counts as stopped, not as killed by hand.
      const killed = (await read()).containers.filter(({ name, state }) => names.includes(name) && state === 'killed').map(({ name }) => name)
      if (killed.length > 0) await docker(['rm', ...killed], { env })
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
      const system = await read()
      const surplus = surplusOf(system, consumerCount)
      if (surplus.length > 0) {
        await timedStep(`${surplus.join(', ')} stopped`, () => docker(['stop', ...surplus], { env }))
        await docker(['rm', ...surplus], { env })
        const ids = system.status.services.flatMap(({ name, healthId }) => (surplus.includes(name) && healthId !== null ? [healthId] : []))
        await sayGoodbyeFor(ids, system.status.databaseUrl, (reason) => printNotice(`${ids.join(', ')} could not be recorded as stopped: ${reason}`))
      }
      const wanted = dockerServices({ ...system.places.local, consumerCount }, system.places.config)
      // Those that were killed by hand stay dead.
      const there = system.status.services.filter(({ state }) => state === 'running' || state === 'killed').map(({ name }) => name)
      const missing = wanted.filter(({ name, kind }) => kind === 'consumer' && !there.includes(name)).map(({ name }) => name)
      if (missing.length > 0) await timedStep(`${missing.join(', ')} ready`, () => upAndHealthy(system, missing, wanted))
      return (await read()).status
    },
    async shutDown() {
      const system = await read()
      if (system.status.services.every(({ state }) => state === 'stopped')) {
        print('Nothing runs in Docker.')
        return
      }
      await timedStep('Everything stopped; the data is kept', () => system.compose().run(['--profile', DEMO_SERVICE, 'stop']))
      // The number of consumers holds until here.
      const surplus = surplusOf(system, CONSUMERS_IN_FILE)
      if (surplus.length > 0) await docker(['rm', ...surplus], { env })
    },
    async clean() {
      const { compose } = await read()
      await timedStep('Containers, network and volumes removed', () => compose().run(['--profile', '*', 'down', '--volumes', '--remove-orphans']))
    },
    async showLogs(cli, kind) {
      const { containers, services } = await read()
      const known = services.filter((service) => kind === null || service.kind === kind).map(({ name }) => name)
      const unknown = cli.services.find((name) => !known.includes(name))
      if (unknown !== undefined) throw new UsageError(`there is no service "${unknown}" here; there are ${known.join(', ')}`)
      const names = (cli.services.length > 0 ? cli.services : known).filter((name) => containers.some((container) => container.name === name))
      if (names.length === 0) throw new ExitError('there are no containers; start the system by `make all`')
      await showLogs(cli, names, env)
    },
    async build(kinds) {
      const system = await read()
      await buildImages(system, kinds)
      await pullImages(system, kinds)
    },
  }
}

/** Containers of consumers above this number. */
function surplusOf({ containers }: DockerSystem, consumerCount: number): string[] {
  return containers.map(({ name }) => name).filter((name) => (countConsumers([{ name }]) ?? 0) > consumerCount)
}

function megabytes(bytes: number | undefined): number | null {
  return bytes === undefined ? null : Math.round(bytes / 1e6)
}
