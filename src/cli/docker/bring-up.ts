import { readContainers } from '../../docker/containers.ts'
import { DEMO_SERVICE } from '../../docker/config.ts'
import type { LocalConfig } from '../../local/config.ts'
import { demoProblems } from '../../local/demo-problems.ts'
import { configProblems, portProblems } from '../../local/preflight.ts'
import { labelOf } from '../../local/services.ts'
import type { ServiceDefinition } from '../../local/services.ts'
import type { ServiceStatus, SystemStatus } from '../../local/supervisor/protocol.ts'
import type { Environment } from '../../runtime/config.ts'
import { ExitError, messageOf } from '../../runtime/errors.ts'
import { isLoopback } from '../../runtime/loopback.ts'
import { conflicts, printAddresses, printUntouched } from '../addresses.ts'
import type { BringUpOptions } from '../runtime.ts'
import { SERVERS } from '../service-kinds.ts'
import { print, timedStep } from '../terminal.ts'
import { waitForReading } from '../wait-for-reading.ts'
import { buildImages } from './images.ts'
import type { DockerSystem } from './read-system.ts'
import { lastWords } from './show-logs.ts'

interface Options extends BringUpOptions {
  /** As the caller's variables are. */
  readonly asked: LocalConfig
  readonly callersEnv: Environment
  readonly system: DockerSystem
  readonly ask: () => Promise<SystemStatus | null>
}

/** On a slow machine, with a large log to go through after a crash. */
const HEALTHY_S = 240

/** Starts the containers of these kinds, and of the servers that they need; see `Runtime`. */
export async function bringUp({ kinds, startedAtMs, asked, callersEnv, system, ask }: Options): Promise<void> {
  const before = system.status
  const runs = before.services.some(({ pid }) => pid !== null)
  const clash = runs ? conflicts(before, asked, callersEnv) : []
  if (clash.length > 0) throw new ExitError(clash.join('\n'))
  const needs = kinds.some((kind) => !SERVERS.includes(kind))
  const wanted = before.services.filter(({ kind }) => kinds.includes(kind))
  const chosen = before.services.filter(({ kind, state }) => state !== 'killed' && (kinds.includes(kind) || (needs && SERVERS.includes(kind))))
  const missing = chosen.filter(({ state }) => state !== 'running')
  // Beside the page that asks it.
  const demo = asked.demo && kinds.includes('monitoring') && !system.containers.some(({ name, pid }) => name === DEMO_SERVICE && pid !== null)
  if (missing.length === 0 && !demo) {
    printUntouched(before, wanted)
    return
  }
  const problems = demoProblems(asked, { host: system.places.config.bindAddress, variable: 'BIND_ADDRESS' })
  problems.push(...await findProblems(system.services.filter(({ name }) => missing.some((each) => each.name === name && each.pid === null)), asked, callersEnv))
  if (problems.length > 0) throw new ExitError(problems.join('\n'))

  print('Starting with Docker')
  const began = new Date()
  const applications = missing.filter(({ kind }) => !SERVERS.includes(kind))
  if (applications.length > 0) {
    print('  Building the images, minutes the first time ...')
    await buildImages(system, [...new Set(applications.map(({ kind }) => kind))])
  }
  const servers = missing.filter(({ kind }) => SERVERS.includes(kind))
  if (servers.length > 0) await timedStep(`${labelsOf(servers)} ready`, () => upAndHealthy(system, namesOf(servers)))
  const last = [...namesOf(applications), ...demo ? [DEMO_SERVICE] : []]
  const labels = [...applications.length > 0 ? [labelsOf(applications)] : [], ...demo ? ['Demonstration'] : []].join(', ')
  if (last.length > 0) await timedStep(`${labels} ready`, () => upAndHealthy(system, last))
  const after = await ask()
  if (after === null) throw new ExitError('the system was stopped')
  if (kinds.includes('consumer')) await waitForReading(ask, after, began)
  print('')
  printAddresses(after, kinds, Date.now() - startedAtMs)
}

/** Resolves when these are healthy. Not what they depend on: what was killed by hand stays dead. */
export async function upAndHealthy({ compose, places, env }: DockerSystem, names: readonly string[], known?: readonly ServiceDefinition[]): Promise<void> {
  try {
    await compose(known).run(['up', '--detach', '--no-deps', '--wait', '--wait-timeout', String(HEALTHY_S), ...names], { onTerminal: process.stdout.isTTY })
  } catch (error) {
    if (!(error instanceof ExitError)) throw error
    const containers = await readContainers(places.config.project, env)
    const troubled = containers.filter(({ name, state, reason }) => names.includes(name) && (state !== 'running' || reason !== null))
    const lines = await Promise.all(troubled.map(async ({ name, state, reason }) =>
      `${name} is ${reason === null ? state : `${state} (${reason})`}; its log ends with: ${await lastWords(name, env)}`))
    throw lines.length === 0 ? error : new ExitError([messageOf(error), ...lines].join('\n'))
  }
}

/** What would keep these from starting: one line each that says what to do. */
async function findProblems(services: readonly ServiceDefinition[], config: LocalConfig, env: Environment): Promise<string[]> {
  const wrong = new Set([...configProblems(config, services, env), ...loopbackProblems(config)])
  return [...wrong, ...await portProblems(services, 0)]
}

/** In a container these names are the container itself. */
function loopbackProblems({ externalBrokers, externalDatabaseUrl }: LocalConfig): string[] {
  const hosts = [
    ...(externalBrokers ?? []).map((broker) => ['KAFKA_BROKERS', broker.slice(0, broker.lastIndexOf(':'))] as const),
    ...externalDatabaseUrl === null ? [] : [['DATABASE_URL', new URL(externalDatabaseUrl).hostname] as const],
  ]
  return hosts.filter(([, host]) => isLoopback(host)).map(([variable, host]) =>
    `${variable} names ${host}, which in a container is the container itself; name this machine, or set RUNTIME=local`)
}

function labelsOf(services: readonly ServiceStatus[]): string {
  return [...new Set(services.map(({ kind }) => kind))].map((kind) => labelOf(kind, services.filter((service) => service.kind === kind))).join(', ')
}

function namesOf(services: readonly ServiceStatus[]): string[] {
  return services.map(({ name }) => name)
}
