import { existsSync, realpathSync } from 'node:fs'
import { PROJECT_ROOT } from '../local/project.ts'
import type { ServiceState } from '../local/supervisor/protocol.ts'
import type { Environment } from '../runtime/config.ts'
import { ExitError } from '../runtime/errors.ts'
import { docker } from './engine.ts'

/** A container of the project, as the engine tells of it. */
export interface Container {
  /** Of the service, which is also the container's. */
  readonly name: string
  readonly state: ServiceState
  /** On the engine's machine. */
  readonly pid: number | null
  readonly startedAtMs: number | null
  readonly restarts: number
  /** Why it isn't running or healthy. */
  readonly reason: string | null
  /** Where its first port is published. */
  readonly published: { readonly host: string, readonly port: number } | null
  /** Its variables. */
  readonly env: Readonly<Record<string, string>>
}

/** The part of `docker inspect` that is read here. */
export interface Inspected {
  readonly Name: string
  readonly RestartCount: number
  readonly State: {
    readonly Status: string
    readonly Pid: number
    readonly ExitCode: number
    readonly OOMKilled: boolean
    readonly Error: string
    readonly StartedAt: string
    readonly Health?: { readonly Status: string, readonly Log?: readonly { readonly Output: string }[] | null }
  }
  readonly Config: { readonly Labels: Readonly<Record<string, string>>, readonly Env: readonly string[] }
  readonly HostConfig: { readonly PortBindings: Readonly<Record<string, readonly { readonly HostIp: string, readonly HostPort: string }[] | null>> | null }
}

/**
 * All containers of the project, those that ended too, but for those of `docker compose run`. Throws an `ExitError`, also when they belong
 * to another copy of the project: their names are taken, and what is deleted there can't be brought back.
 */
export async function readContainers(project: string, env: Environment): Promise<Container[]> {
  const listed = await docker(['ps', '--all', '--quiet', '--no-trunc', '--filter', `label=com.docker.compose.project=${project}`], { env, timeoutMs: 10_000 })
  const ids = listed.split('\n').filter((id) => id !== '')
  if (ids.length === 0) return []
  const inspected = JSON.parse(await docker(['inspect', ...ids], { env, timeoutMs: 10_000 })) as readonly Inspected[]
  const own = inspected.filter(({ Config }) => Config.Labels['com.docker.compose.oneoff'] !== 'True')
  const elsewhere = own.map(({ Config }) => Config.Labels['com.docker.compose.project.working_dir'] ?? '').find((folder) => !isHere(folder))
  if (elsewhere !== undefined) throw new ExitError(`the containers of the project "${project}" belong to ${elsewhere}; run this there`)
  return own.map(toContainer)
}

function isHere(folder: string): boolean {
  return existsSync(folder) && realpathSync(folder) === realpathSync(PROJECT_ROOT)
}

export function toContainer({ Name, RestartCount, State, Config, HostConfig }: Inspected): Container {
  const { state, reason } = stateOf(State)
  const lives = State.Pid > 0
  return {
    name: Config.Labels['com.docker.compose.service'] ?? Name.replace(/^\//, ''), state, reason, restarts: RestartCount,
    pid: lives ? State.Pid : null,
    startedAtMs: lives ? Date.parse(State.StartedAt) : null,
    published: publishedOf(HostConfig),
    env: Object.fromEntries(Config.Env.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)])),
  }
}

function publishedOf({ PortBindings }: Inspected['HostConfig']): Container['published'] {
  const [binding] = Object.values(PortBindings ?? {}).flatMap((bindings) => bindings ?? [])
  return binding === undefined ? null : { host: binding.HostIp, port: Number(binding.HostPort) }
}

/** What a kill leaves: 128 and the number of SIGKILL. */
const KILLED = 137

function stateOf({ Status, ExitCode, OOMKilled, Error, Health }: Inspected['State']): { readonly state: ServiceState, readonly reason: string | null } {
  switch (Status) {
    case 'running':
      if (Health?.Status === 'starting') return { state: 'starting', reason: null }
      return { state: 'running', reason: Health?.Status === 'unhealthy' ? unhealthy(Health.Log?.at(-1)?.Output) : null }
    case 'paused': return { state: 'stopped', reason: 'it is paused: docker unpause' }
    case 'restarting': return { state: 'restarting', reason: `it ended with code ${ExitCode}` }
    case 'exited':
      // The engine starts again what ended by itself, so this one was ended by somebody, or there was no memory.
      if (OOMKilled) return { state: 'failed', reason: 'it used more memory than its limit' }
      return ExitCode === KILLED ? { state: 'killed', reason: null } : { state: 'stopped', reason: null }
    case 'dead': return { state: 'failed', reason: Error || 'the engine can\'t remove it' }
    default: return Error === '' ? { state: 'stopped', reason: null } : { state: 'failed', reason: Error }
  }
}

function unhealthy(output: string | undefined): string {
  const last = output?.trim().split('\n').at(-1) ?? ''
  return last === '' ? 'its health check fails' : `its health check fails: ${last}`
}

/** Memory in use, by the container's name. It takes the engine a second. */
export async function readMemory(names: readonly string[], env: Environment): Promise<ReadonlyMap<string, number>> {
  if (names.length === 0) return new Map()
  const lines = (await docker(['stats', '--no-stream', '--format', '{{.Name}} {{.MemUsage}}', ...names], { env, timeoutMs: 15_000 })).split('\n')
  return new Map(lines.flatMap((line) => {
    const [name = '', used = ''] = line.split(' ')
    const bytes = bytesOf(used)
    return bytes === undefined ? [] : [[name, bytes]]
  }))
}

const UNITS: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, kB: 1e3, MB: 1e6, GB: 1e9 }

export function bytesOf(text: string): number | undefined {
  const [, number, unit = ''] = /^([\d.]+)([A-Za-z]+)$/.exec(text) ?? []
  const factor = UNITS[unit]
  return number === undefined || factor === undefined ? undefined : Number(number) * factor
}
