import { statfs } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { once } from 'node:events'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig as readConsumerConfig } from '../consumer/config.ts'
import { readConfig as readMonitoringConfig } from '../monitoring/config.ts'
import { readConfig as readProducerConfig } from '../producer/config.ts'
import type { KafkaSecurity } from '../kafka/security.ts'
import { parseAddress } from '../runtime/address.ts'
import type { Environment } from '../runtime/config.ts'
import { ExitError, messageOf } from '../runtime/errors.ts'
import type { LocalConfig } from './config.ts'
import { findJava } from './kafka/java.ts'
import { portHolder } from './port-holder.ts'
import { postgresPlace } from './postgres/account.ts'
import { portTaken } from './process/ports.ts'
import { serviceEnvironment } from './services.ts'
import type { ServiceDefinition, ServicePort } from './services.ts'
import { readSupervisorState } from './state-files.ts'

/** Empty, Kafka and PostgreSQL take 0.4 GB with their programs; the rest is for readings. */
const LEAST_FREE_BYTES = 1e9
/** After a supervisor that was killed, its processes take up to a second to end, and to free their ports. */
const DYING_MS = 3_000
const CONNECT_DEADLINE_MS = 3_000

/**
 * What would keep these services from starting, but for FACTORY_HOME itself: one line each that says what to do. Changes nothing. `services`: those to be
 * started, of `serviceTable`.
 */
export async function preflight(config: LocalConfig, services: readonly ServiceDefinition[], env: Environment): Promise<string[]> {
  const uses = (kind: ServiceDefinition['kind']): boolean => services.some((service) => service.kind === kind)
  const applications = services.some(({ kind }) => kind !== 'kafka' && kind !== 'postgres')
  const wrong = configProblems(config, services, env)
  const found = await Promise.all([
    diskProblems(config.home, uses('postgres')),
    portProblems(services, readSupervisorState(config.home) === undefined ? 0 : DYING_MS),
    ...uses('kafka') ? [problemOf(() => findJava())] : [],
    ...uses('postgres') ? [problemOf(() => { postgresPlace(config.home) })] : [],
    ...applications && config.externalBrokers !== null ? [brokersProblem(config.externalBrokers, config.kafkaSecurity)] : [],
    ...applications && config.externalDatabaseUrl !== null ? [databaseProblem(config.externalDatabaseUrl)] : [],
  ])
  return [...new Set([...wrong, ...found.flat()])]
}

const CONFIG_READERS = { producer: readProducerConfig, consumer: readConsumerConfig, monitoring: readMonitoringConfig } as const

/** What the services themselves would say of their variables, and then end. */
export function configProblems(config: LocalConfig, services: readonly ServiceDefinition[], env: Environment): string[] {
  const given = Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
  return services.flatMap((service) => {
    if (service.kind === 'kafka' || service.kind === 'postgres' || service.kind === 'kafka-ui') return []
    try {
      CONFIG_READERS[service.kind](serviceEnvironment(service, config, given))
      return []
    } catch (error) {
      return [lineOf(error)]
    }
  })
}

/** Ports that two services would want, and those that somebody else has and doesn't free within this time. */
export async function portProblems(services: readonly ServiceDefinition[], waitMs: number): Promise<string[]> {
  const wanted = services.flatMap(({ name, ports }) => ports.map((each) => ({ service: name, ...each })))
  const twice = clashes(wanted)
  if (twice.length > 0) return twice
  const wrongHosts = (await Promise.all(hostsOf(wanted).map(hostProblem))).flat()
  if (wrongHosts.length > 0) return wrongHosts
  const deadline = Date.now() + waitMs
  for (;;) {
    const taken = (await Promise.all(wanted.map(async (each) => (await portTaken(each.port, each.host) ? [each] : [])))).flat()
    if (taken.length === 0) return []
    if (Date.now() >= deadline) return taken.map(portProblem)
    await sleep(100)
  }
}

/** With the variable that can be wrong. */
function hostsOf(wanted: readonly ServicePort[]): { readonly host: string, readonly variable: string }[] {
  const hosts = new Map(wanted.map(({ host, hostVariable = 'MONITORING_HOST' }) => [host, hostVariable]))
  return [...hosts].map(([host, variable]) => ({ host, variable }))
}

async function hostProblem({ host, variable }: { readonly host: string, readonly variable: string }): Promise<string[]> {
  const server = createServer()
  try {
    server.listen({ host, port: 0 })
    await once(server, 'listening')
    return []
  } catch (error) {
    return [`${variable} is "${host}"; it must be an address of this machine (${messageOf(error)})`]
  } finally {
    server.close()
  }
}

function portProblem({ service, port, variable }: ServicePort & { readonly service: string }): string {
  const holder = portHolder(port)
  if (holder === undefined && port < 1024 && process.getuid?.() !== 0) {
    return `port ${port} can't be opened for ${service} by this account; set ${variable} to another one`
  }
  const by = holder === undefined ? '' : ` by ${holder.name} (pid ${holder.pid})`
  return `port ${port} is taken${by}, and ${service} needs it; stop that program, or set ${variable} to another port`
}

export function clashes(wanted: readonly (ServicePort & { readonly service: string })[]): string[] {
  return wanted.flatMap((one, index) => wanted.slice(index + 1).filter((other) => other.port === one.port)
    .map((other) => `${one.service} (${one.variable}) and ${other.service} (${other.variable}) would both listen on port ${one.port}; move one of them`))
}

/** As root, PostgreSQL's data may be elsewhere. */
async function diskProblems(home: string, ownPostgres: boolean): Promise<string[]> {
  const folders = new Set([home, ...ownPostgres ? placeOrNone(home) : []].map(existingFolder))
  const found = await Promise.all([...folders].map(async (folder) => {
    const { bavail, bsize } = await statfs(folder)
    return diskProblem(folder, bavail * bsize)
  }))
  return found.flat()
}

function placeOrNone(home: string): string[] {
  try {
    return [postgresPlace(home).base]
  } catch {
    // Said by another check.
    return []
  }
}

export function diskProblem(folder: string, freeBytes: number): string[] {
  if (freeBytes >= LEAST_FREE_BYTES) return []
  return [`the disk of ${folder} has ${Math.floor(freeBytes / 1e6)} MB left, and ${LEAST_FREE_BYTES / 1e6} MB are needed; `
    + 'free some, or set FACTORY_HOME to a folder on another disk']
}

/** The folder itself, or the one above it in which it would be made. */
function existingFolder(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : existingFolder(dirname(path))
}

async function brokersProblem(brokers: readonly string[], security: KafkaSecurity): Promise<string[]> {
  const answers = await Promise.all(brokers.map((broker) => reaches(broker)))
  if (!answers.includes(true)) return [`no broker of KAFKA_BROKERS can be reached: ${brokers.join(', ')}`]
  const [{ askBrokers }, { readTopology }] = await Promise.all([import('../kafka/broker-requests.ts'), import('../kafka/topology.ts')])
  try {
    await askBrokers({ brokers, clientId: 'preflight', security }, (requests) => readTopology(requests, []))
    return []
  } catch (error) {
    return [`the brokers of KAFKA_BROKERS can't be used: ${messageOf(error)}`]
  }
}

async function reaches(broker: string): Promise<boolean> {
  const socket = connect(parseAddress(broker))
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_DEADLINE_MS) })
    return true
  } catch {
    return false
  } finally {
    // An abort leaves an attempt that may still fail.
    socket.on('error', () => undefined).destroy()
  }
}

async function databaseProblem(databaseUrl: string): Promise<string[]> {
  const { createPool } = await import('../postgres/pool.ts')
  const pool = createPool(databaseUrl, { applicationName: 'preflight', max: 1, statementTimeoutMs: CONNECT_DEADLINE_MS })
  try {
    await pool.query('select 1')
    return []
  } catch (error) {
    return [`the database of DATABASE_URL can't be used: ${messageOf(error)}`]
  } finally {
    await pool.end()
  }
}

async function problemOf(check: () => unknown): Promise<string[]> {
  try {
    await check()
    return []
  } catch (error) {
    return [lineOf(error)]
  }
}

function lineOf(error: unknown): string {
  if (!(error instanceof ExitError)) throw error
  return error.message
}
