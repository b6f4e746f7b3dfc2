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
  const child = spawn('docker', args, { cwd, env: { ...env }, stdio: ['pipe', output, output], timeout: timeoutMs })
  child.stdin?.on('error', () => undefined).end(input)
  const [stdout, stderr, ending] = await Promise.all([
    readAll(child.stdout), readAll(child.stderr),
    new Promise<number | string>((resolve) => {
      child.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ENOENT' ? 'the program docker is not installed' : error.message))
      child.once('close', (code, signal) => resolve(code ?? (timeoutMs === undefined ? `killed by ${signal}` : `no answer within ${timeoutMs / 1000} s`)))
    }),
  ])
  if (ending === 0) return both ? stdout + stderr : stdout
  const said = lastLine(stderr) ?? lastLine(stdout)
  throw new ExitError(typeof ending === 'string' ? `docker ${args[0]}: ${ending}` : said ?? `docker ${args.join(' ')} ended with code ${ending}`)
}

/** Calls `onLine` with each line that `docker` prints until it ends or the signal is aborted. */
export async function followDocker(args: readonly string[], env: Environment, onLine: (line: string) => void, signal?: AbortSignal): Promise<void> {
  const child = spawn('docker', args, { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'], signal })
  child.on('error', () => undefined)
  // Whoever logs to standard error is shown as well.
  for (const output of [child.stdout, child.stderr]) createInterface({ input: output }).on('line', onLine)
  await new Promise((resolve) => { child.once('close', resolve) })
}

const ANSWER_MS = 5_000

/** Why there is no Docker that the compose file could run on; null where there is one. */
export async function engineProblem(env: Environment): Promise<string | null> {
  try {
    await Promise.all([
      docker(['version', '--format', '{{.Server.Version}}'], { env, timeoutMs: ANSWER_MS }),
      docker(['compose', 'version', '--short'], { env, timeoutMs: ANSWER_MS }).then(requireSecondCompose),
    ])
    return null
  } catch (error) {
    if (!(error instanceof ExitError)) throw error
    return error.message
  }
}

function requireSecondCompose(version: string): void {
  if (!/^v?([2-9]|\d\d)\./.test(version)) throw new ExitError(`Docker Compose is ${version.trim()}; version 2 or later is needed`)
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
