import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePorts, portTaken } from '../../src/local/process/ports.ts'

export interface Result {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A command that goes on until it is told to end. */
export interface Following {
  readonly child: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  /** Ctrl+C; the exit code, null where the signal itself ended it. */
  interrupt(): Promise<number | null>
}

export interface CommandRunner {
  /** `host:port` of the brokers, once they run. */
  readonly brokers: readonly string[]
  run(command: string, variables?: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Result>
  follow(command: string, variables?: Readonly<Record<string, string>>): Following
}

const CLI = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

/** Runs commands as processes, on the local system that lives in `home`, on free ports of its own. */
export async function createCommandRunner(home: string): Promise<CommandRunner> {
  const [postgresPort = 0, monitoringPort = 0] = await freePorts(2)
  const kafkaPortBase = await sixFreePorts()
  const env = {
    ...process.env, NO_COLOR: '1', RUNTIME: 'local', FACTORY_HOME: home, KAFKA_PORT_BASE: String(kafkaPortBase),
    POSTGRES_PORT: String(postgresPort), MONITORING_PORT: String(monitoringPort),
  }
  return {
    brokers: [0, 2, 4].map((index) => `127.0.0.1:${kafkaPortBase + index}`),
    run: (command, variables = {}, ...args) => new Promise((resolve) => {
      execFile(process.execPath, [CLI, command, ...args], { env: { ...env, ...variables } }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr })
      })
    }),
    follow(command, variables = {}) {
      const child = spawn(process.execPath, [CLI, command], { env: { ...env, ...variables }, stdio: ['ignore', 'pipe', 'pipe'] })
      const output = { stdout: '', stderr: '' }
      const exited = once(child, 'exit')
      child.stdout.setEncoding('utf8').on('data', (text: string) => { output.stdout += text })
      child.stderr.setEncoding('utf8').on('data', (text: string) => { output.stderr += text })
      return {
        child, stdout: () => output.stdout, stderr: () => output.stderr,
        async interrupt() {
          child.kill('SIGINT')
          const [code] = await exited as [number | null]
          return code
        },
      }
    },
  }
}

async function sixFreePorts(): Promise<number> {
  for (;;) {
    const [base = 0] = await freePorts(1)
    const taken = await Promise.all(Array.from({ length: 6 }, (_, index) => portTaken(base + index)))
    if (!taken.includes(true)) return base
  }
}

/** Looks again until it is good; the last look, good or not. */
export async function eventually<T>(look: () => T | Promise<T>, good: (found: T) => boolean, withinMs: number): Promise<T> {
  const deadlineMs = performance.now() + withinMs
  for (;;) {
    const found = await look()
    if (good(found) || performance.now() > deadlineMs) return found
    await sleep(100)
  }
}
