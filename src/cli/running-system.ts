import { readWholeLocalConfig } from '../local/config.ts'
import type { LocalConfig } from '../local/config.ts'
import type { ServiceStatus, SystemStatus } from '../local/supervisor/protocol.ts'
import { readVariables } from '../runtime/config.ts'
import type { Environment } from '../runtime/config.ts'
import { ExitError } from '../runtime/errors.ts'
import { chooseRuntime } from './choose-runtime.ts'
import { UsageError } from './command.ts'
import { cliVariables } from './config.ts'
import type { Runtime } from './runtime.ts'

export interface RunningSystem {
  readonly runtime: Runtime
  readonly config: LocalConfig
  readonly status: SystemStatus
  /** The caller's variables, and those of the file `.env`. */
  readonly env: Environment
}

/** For commands that wait until it runs. */
export class NotRunningError extends ExitError {}

/** The system that runs. Throws a `NotRunningError` when none does, an `ExitError` when it was asked for wrongly. */
export async function requireRunning(env: Environment, options?: { readonly memory?: boolean }): Promise<RunningSystem> {
  const runtime = await chooseRuntime(env)
  const status = await runtime.status(options)
  if (status === null) throw new NotRunningError('the system doesn\'t run; start it by `make all`')
  return { runtime, config: runtime.config, status, env: runtime.env }
}

/**
 * The system whose addresses the caller gives by KAFKA_BROKERS, DATABASE_URL and MONITORING_URL, as inside a container; else the one that
 * runs here. Throws as `requireRunning` does.
 */
export async function requireAddresses(env: Environment): Promise<Omit<RunningSystem, 'runtime'>> {
  const { MONITORING_URL: monitoringUrl } = readVariables({ MONITORING_URL: cliVariables.MONITORING_URL }, env)
  if (monitoringUrl === null) return requireRunning(env)
  const config = readWholeLocalConfig(env)
  const { externalBrokers: brokers, externalDatabaseUrl: databaseUrl, consumerCount } = config
  if (brokers === null || databaseUrl === null) {
    throw new UsageError(`MONITORING_URL is set, but ${brokers === null ? 'KAFKA_BROKERS' : 'DATABASE_URL'} is not`)
  }
  const { kafkaPortBase, postgresPort, monitoringPort, monitoringHost } = config
  return {
    config, env,
    status: {
      supervisorPid: null, starting: false, services: [], brokers, databaseUrl, monitoringUrl, demo: false, ownKafka: false, ownPostgres: false, consumerCount,
      ports: { kafkaPortBase, postgresPort, monitoringPort, monitoringHost },
    },
  }
}

/** For commands that need its pages. */
export function requireMonitoring({ services }: SystemStatus): void {
  const monitoring = services.find(({ kind }) => kind === 'monitoring')
  if (monitoring?.state !== 'running') throw new ExitError('the monitoring service doesn\'t run; start it by `make start-monitoring`')
}

/** The services of these names, in their order. Throws a `UsageError` that lists what there is. */
export function chooseServices(names: readonly string[], services: readonly ServiceStatus[]): ServiceStatus[] {
  return names.map((name) => {
    const found = services.find((service) => service.name === name)
    if (found === undefined) throw new UsageError(`there is no service "${name}"; there are ${services.map((service) => service.name).join(', ')}`)
    return found
  })
}

/** For commands that need SERVICE. */
export function requireNames(names: readonly string[], command: string): readonly string[] {
  if (names.length === 0) throw new UsageError(`say which: make ${command} SERVICE=consumer-1`)
  return names
}
