import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { ExitError } from '../runtime/errors.ts'
import type { Environment } from '../runtime/config.ts'

export interface DockerOptions {
  /** Beside PATH and the like, for the variables of the compose file. */
  readonly env: Environment
  readonly cwd?: string
  readonly input?: string
  /** Without it, as long as it takes. */
  readonly timeoutMs?: number
  /** The terminal is Docker's, which shows its own progress there. */
  readonly onTerminal?: boolean
  /** What was printed on standard error belongs to the answer. */
  readonly both?: boolean
}

/** Runs `docker` and returns what it printed. Throws an `ExitError` with the last thing it said when it fails. */
export async function docker(args: readonly string[], options: DockerOptions): Promise<string> {
  const { env, cwd, input = '', timeoutMs, onTerminal = false, both = false } = options
  const output = onTerminal ? 'inherit' : 'pipe'
  // Not spawn's own time-out, which keeps a process alive that found no `docker` to spawn.
  const signal = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs)
  const child = spawn('docker', args, { cwd, env: { ...env }, stdio: ['pipe', output, output], ...signal === undefined ? {} : { signal } })
  child.stdin?.on('error', () => undefined).end(input)
  const [stdout, stderr, ending] = await Promise.all([
    readAll(child.stdout), readAll(child.stderr),
    new Promise<number | string>((resolve) => {
      child.once('error', (error: NodeJS.ErrnoException) => resolve(problemOf(error, timeoutMs)))
      child.once('close', (code, by) => resolve(code ?? `killed by ${by}`))
    }),
  ])
  if (ending === 0) return both ? stdout + stderr : stdout
  const said = lastLine(stderr) ?? lastLine(stdout)
  throw new ExitError(typeof ending === 'string' ? `docker ${args[0]}: ${ending}` : said ?? `docker ${commandOf(args)} ended with code ${ending}`)
}

const NOT_INSTALLED = 'the program docker is not installed'

function problemOf(error: NodeJS.ErrnoException, timeoutMs = 0): string {
  if (error.name === 'AbortError') return `no answer within ${timeoutMs / 1000} s`
  return error.code === 'ENOENT' ? NOT_INSTALLED : error.message
}

/** `compose up` of all that was given to Compose. */
function commandOf(args: readonly string[]): string {
  const words = args.filter((arg, index) => !arg.startsWith('-') && args[index - 1] !== '--file')
  return words.slice(0, 2).join(' ')
}

/** Calls `onLine` with each line that `docker` prints until it ends. Resolves with its exit code. */
export async function followDocker(args: readonly string[], env: Environment, onLine: (line: string) => void): Promise<number | null> {
  const child = spawn('docker', args, { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  // Whoever logs to standard error is shown as well.
  for (const output of [child.stdout, child.stderr]) createInterface({ input: output }).on('line', onLine)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
}

/** `absent`: there is no Docker here. `unusable`: there is one, but it can't run the compose file, or doesn't let us. */
export type Engine =
  | { readonly state: 'ready' }
  | { readonly state: 'absent' | 'unusable', readonly problem: string }

const ANSWER_MS = 5_000
/** Health checks with a `start_interval`: engine 25. */
const OLDEST_API = [1, 44]
/** `pull --policy` came last of what is used here. */
const OLDEST_COMPOSE = [2, 22]

/** Asks for the engine that `docker` is set up for, and for Compose. */
export async function askEngine(env: Environment): Promise<Engine> {
  try {
    const [api, compose] = await Promise.all([
      docker(['version', '--format', '{{.Server.APIVersion}}'], { env, timeoutMs: ANSWER_MS }),
      docker(['compose', 'version', '--short'], { env, timeoutMs: ANSWER_MS }),
    ])
    if (isOlder(api, OLDEST_API)) return tooOld('engine has API', api, `${OLDEST_API.join('.')} (Docker 25)`)
    if (isOlder(compose, OLDEST_COMPOSE)) return tooOld('Compose is', compose, OLDEST_COMPOSE.join('.'))
    return { state: 'ready' }
  } catch (error) {
    if (!(error instanceof ExitError)) throw error
    return { state: isAbsence(error.message) ? 'absent' : 'unusable', problem: error.message }
  }
}

function tooOld(what: string, version: string, needed: string): Engine {
  return { state: 'unusable', problem: `its ${what} ${version.trim()}; ${needed} or later is needed` }
}

/** In the words of `docker`, which has no code for it. */
export function isAbsence(problem: string): boolean {
  return problem.includes(NOT_INSTALLED)
    || /cannot connect to the docker daemon|is the docker daemon running|failed to connect to the docker API/i.test(problem)
}

/** A version that can't be read is taken for a new one. */
export function isOlder(version: string, [major = 0, minor = 0]: readonly number[]): boolean {
  const [, ownMajor, ownMinor] = /^\s*v?(\d+)\.(\d+)/.exec(version) ?? []
  if (ownMajor === undefined || ownMinor === undefined) return false
  return Number(ownMajor) < major || (Number(ownMajor) === major && Number(ownMinor) < minor)
}

async function readAll(output: NodeJS.ReadableStream | null): Promise<string> {
  let text = ''
  if (output === null) return text
  output.setEncoding('utf8')
  for await (const chunk of output) text += String(chunk)
  return text
}

function lastLine(text: string): string | undefined {
  return text.split('\n').map((line) => line.trim()).findLast((line) => line !== '')
}
