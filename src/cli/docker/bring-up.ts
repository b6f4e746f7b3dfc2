import type { Compose } from '../../docker/compose.ts'
import type { LocalConfig } from '../../local/config.ts'
import { configProblems, portProblems } from '../../local/preflight.ts'
import { labelOf } from '../../local/services.ts'
import type { ServiceDefinition } from '../../local/services.ts'
import type { ServiceStatus, SystemStatus } from '../../local/supervisor/protocol.ts'
import { parseAddress } from '../../runtime/address.ts'
import type { Environment } from '../../runtime/config.ts'
import { ExitError, messageOf } from '../../runtime/errors.ts'
import { conflicts, printAddresses, printUntouched } from '../addresses.ts'
import { definedOnly } from '../environment.ts'
import type { BringUpOptions } from '../runtime.ts'
import { SERVERS } from '../service-kinds.ts'
import { print, timedStep } from '../terminal.ts'
import { waitForReading } from '../wait-for-reading.ts'
import { lastWords } from './show-logs.ts'

interface Options extends BringUpOptions {
  readonly services: readonly ServiceDefinition[]
  readonly before: SystemStatus
  readonly compose: Compose
  readonly ask: () => Promise<SystemStatus | null>
  readonly config: LocalConfig
  readonly env: Environment
}

/** On a slow machine, with a large log to go through after a crash. */
const HEALTHY_S = 240

/** Starts the containers of these kinds, and of the servers that they need; see `Runtime`. */
export async function bringUp({ kinds, startedAtMs, services, before, compose, ask, config, env }: Options): Promise<void> {
  const clash = conflicts(before, config, env)
  if (clash.length > 0) throw new ExitError(clash.join('\n'))
  const needs = kinds.some((kind) => !SERVERS.includes(kind))
  const asked = before.services.filter(({ kind }) => kinds.includes(kind))
  const chosen = before.services.filter(({ kind, state }) => state !== 'killed' && (kinds.includes(kind) || (needs && SERVERS.includes(kind))))
  const missing = chosen.filter(({ state }) => state !== 'running')
  if (missing.length === 0) {
    printUntouched(before, asked)
    return
  }
  const problems = await findProblems(services.filter(({ name }) => missing.some((each) => each.name === name && each.pid === null)), config, env)
  if (problems.length > 0) throw new ExitError(problems.join('\n'))

  print('Starting with Docker')
  const began = new Date()
  const applications = missing.filter(({ kind }) => !SERVERS.includes(kind))
  if (applications.length > 0) {
    print('  Building the images, minutes the first time ...')
    await timedStep('Images built', () => compose.run(['build', ...namesOf(applications)], { onTerminal: process.stdout.isTTY }))
  }
  const servers = missing.filter(({ kind }) => SERVERS.includes(kind))
  if (servers.length > 0) await timedStep(`${labelsOf(servers)} ready`, () => upAndHealthy(compose, namesOf(servers), env))
  if (applications.length > 0) await timedStep(`${labelsOf(applications)} ready`, () => upAndHealthy(compose, namesOf(applications), env))
  const after = await ask()
  if (after === null) throw new ExitError('the system was stopped')
  if (kinds.includes('consumer')) await waitForReading(ask, after, began)
  print('')
  printAddresses(after, kinds, Date.now() - startedAtMs)
}

/** Resolves when these are healthy. Not what they depend on: what was killed by hand stays dead. */
export async function upAndHealthy(compose: Compose, names: readonly string[], env: Environment): Promise<void> {
  try {
    await compose.run(['up', '--detach', '--no-deps', '--wait', '--wait-timeout', String(HEALTHY_S), ...names], { onTerminal: process.stdout.isTTY })
  } catch (error) {
    const [, name] = /container (?:\S+\/)?(\S+) (?:is unhealthy|exited)/.exec(messageOf(error)) ?? []
    throw name === undefined ? error : new ExitError(`${messageOf(error)}; its log ends with: ${await lastWords(name, env)}`)
  }
}

/** What would keep these from starting: one line each that says what to do. */
async function findProblems(services: readonly ServiceDefinition[], config: LocalConfig, env: Environment): Promise<string[]> {
  const wrong = new Set([...configProblems(config, services, definedOnly(env)), ...loopbackProblems(config)])
  return [...wrong, ...await portProblems(services, 0)]
}

/** In a container these names are the container itself. */
const LOOPBACK = /^(localhost|127\.[\d.]+|\[?::1\]?)$/

function loopbackProblems({ externalBrokers, externalDatabaseUrl }: LocalConfig): string[] {
  const hosts = [
    ...(externalBrokers ?? []).map((broker) => ['KAFKA_BROKERS', parseAddress(broker).host] as const),
    ...externalDatabaseUrl === null ? [] : [['DATABASE_URL', new URL(externalDatabaseUrl).hostname] as const],
  ]
  return hosts.filter(([, host]) => LOOPBACK.test(host)).map(([variable, host]) =>
    `${variable} names ${host}, which in a container is the container itself; name this machine, or set RUNTIME=local`)
}

function labelsOf(services: readonly ServiceStatus[]): string {
  return [...new Set(services.map(({ kind }) => kind))].map((kind) => labelOf(kind, services.filter((service) => service.kind === kind))).join(', ')
}

function namesOf(services: readonly ServiceStatus[]): string[] {
  return services.map(({ name }) => name)
}
