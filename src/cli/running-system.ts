import { readWholeLocalConfig } from '../local/config.ts'
import type { LocalConfig } from '../local/config.ts'
import { askSupervisor } from '../local/supervisor-client.ts'
import type { ServiceStatus, SystemStatus } from '../local/supervisor/protocol.ts'
import type { Environment } from '../runtime/config.ts'
import { ExitError } from '../runtime/errors.ts'
import { UsageError } from './command.ts'

/** For commands that wait until it runs. */
export class NotRunningError extends ExitError {}

/** The system of this FACTORY_HOME. Throws a `NotRunningError` when it doesn't run, an `ExitError` when it was asked for wrongly. */
export async function requireRunning(env: Environment): Promise<{ readonly config: LocalConfig, readonly status: SystemStatus }> {
  const config = readWholeLocalConfig(env)
  const status = await askSupervisor(config.home, { command: 'status' })
  if (status === null) throw new NotRunningError('the system doesn\'t run; start it by `make all`')
  return { config, status }
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
