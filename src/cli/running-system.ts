import type { LocalConfig } from '../local/config.ts'
import type { ServiceStatus, SystemStatus } from '../local/supervisor/protocol.ts'
import type { Environment } from '../runtime/config.ts'
import { ExitError } from '../runtime/errors.ts'
import { chooseRuntime } from './choose-runtime.ts'
import { UsageError } from './command.ts'
import type { Runtime } from './runtime.ts'

export interface RunningSystem {
  readonly runtime: Runtime
  readonly config: LocalConfig
  readonly status: SystemStatus
}

/** The system that runs. Throws an `ExitError` when none does. */
export async function requireRunning(env: Environment, options?: { readonly memory?: boolean }): Promise<RunningSystem> {
  const runtime = await chooseRuntime(env)
  const status = await runtime.status(options)
  if (status === null) throw new ExitError('the system doesn\'t run; start it by `make all`')
  return { runtime, config: runtime.config, status }
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
