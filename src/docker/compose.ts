import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT_ROOT } from '../local/project.ts'
import type { Environment } from '../runtime/config.ts'
import { docker } from './engine.ts'
import { mountedFiles } from './mounted-files.ts'
import type { FileMount } from './mounted-files.ts'

const FILE = 'docker-compose.yml'
/** A user's own changes, which Compose reads by itself only where no file is named. */
const OVERRIDE = 'docker-compose.override.yml'
/** So many are in the file. */
export const CONSUMERS_IN_FILE = 3

export interface Compose {
  /** What `docker compose` printed. Throws an `ExitError` with the last thing it said when it fails. */
  run(args: readonly string[], options?: { readonly onTerminal?: boolean, readonly timeoutMs?: number }): Promise<string>
}

/** `docker compose` for the project's file, for these of the services that are built here. */
export function createCompose(env: Environment, applications: readonly string[]): Compose {
  const { volumes, serverVolumes, env: moved } = mountedFiles(env)
  const addition = additionFor(applications, volumes, serverVolumes)
  const files = [FILE, ...existsSync(join(PROJECT_ROOT, OVERRIDE)) ? [OVERRIDE] : [], ...addition === null ? [] : ['-']]
  const named = files.flatMap((file) => ['--file', file])
  return {
    run: (args, options = {}) => docker(['compose', ...named, ...args], { env: { ...env, ...moved }, cwd: PROJECT_ROOT, input: addition ?? '', ...options }),
  }
}

/** What the file doesn't say, as a compose file; null when there is nothing. Consumers beyond those in the file are each like consumer-1. */
export function additionFor(
  applications: readonly string[], volumes: readonly FileMount[], serverVolumes: readonly FileMount[] = [],
): string | null {
  const services = applications.flatMap((name) => {
    const number = Number(/^consumer-(\d+)$/.exec(name)?.[1] ?? 0)
    const added = number > CONSUMERS_IN_FILE
    const own = name === 'monitoring' ? [...volumes, ...serverVolumes] : volumes
    if (!added && own.length === 0) return []
    return [[name, {
      ...added ? {
        extends: { file: FILE, service: 'consumer-1' }, container_name: name,
        environment: { CONSUMER_ID: `consumer-${String(number).padStart(3, '0')}` },
      } : {},
      ...own.length === 0 ? {} : { volumes: own },
    }] as const]
  })
  // JSON is YAML.
  return services.length === 0 ? null : JSON.stringify({ services: Object.fromEntries(services) })
}
