import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { ServiceStatus } from '../../src/local/supervisor/protocol.ts'
import { freePorts, portTaken } from '../../src/local/process/ports.ts'

const CLI = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

export interface Result {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A command that goes on until it is told to end. */
export interface Following {
  readonly stdout: () => string
  readonly stderr: () => string
  /** Ctrl+C; the exit code, null where the signal itself ended it. */
  interrupt(): Promise<number | null>
}

export interface Status {
  readonly running: boolean
  readonly services: readonly ServiceStatus[]
}

/** A local run of its own, of which nothing is started yet. */
export interface LocalSystem {
  readonly home: string
  readonly kafkaPortBase: number
  /** `host:port` of each, once they run. */
  readonly brokers: readonly string[]
  readonly postgresPort: number
  readonly monitoringPort: number
  /** A command in it, with variables beside those that say where it lives. */
  run(command: string, extra?: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Result>
  follow(command: string, extra?: Readonly<Record<string, string>>): Following
  status(): Promise<Status>
}

/** For a whole file; cleaned when the file is over. */
export async function localSystem(): Promise<LocalSystem> {
  // With a space in it: it goes through a shell, Java's arguments and PostgreSQL's.
  const folder = mkdtempSync(join(tmpdir(), 'factory commands-'))
  await chmod(folder, 0o755)
  const home = join(folder, 'home')
  const [postgresPort = 0, monitoringPort = 0] = await freePorts(2)
  const kafkaPortBase = await sixFreePorts()
  const env = {
    ...process.env, NO_COLOR: '1', RUNTIME: 'local', FACTORY_HOME: home, KAFKA_PORT_BASE: String(kafkaPortBase),
    POSTGRES_PORT: String(postgresPort), MONITORING_PORT: String(monitoringPort),
  }

  function run(command: string, extra: Readonly<Record<string, string>> = {}, ...args: readonly string[]): Promise<Result> {
    return new Promise((resolve) => {
      execFile(process.execPath, [CLI, command, ...args], { env: { ...env, ...extra } }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr })
      })
    })
  }

  after(async () => {
    await run('clean')
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    home, kafkaPortBase, brokers: [0, 2, 4].map((index) => `127.0.0.1:${kafkaPortBase + index}`), postgresPort, monitoringPort, run,
    follow(command, extra = {}) {
      return following(spawn(process.execPath, [CLI, command], { env: { ...env, ...extra }, stdio: ['ignore', 'pipe', 'pipe'] }))
    },
    status: async () => JSON.parse((await run('status', { FORMAT: 'json' })).stdout) as Status,
  }
}

function following(child: ChildProcess): Following {
  const output = { stdout: '', stderr: '' }
  const exited = once(child, 'exit')
  child.stdout?.setEncoding('utf8').on('data', (text: string) => { output.stdout += text })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => { output.stderr += text })
  return {
    stdout: () => output.stdout, stderr: () => output.stderr,
    async interrupt() {
      child.kill('SIGINT')
      const [code] = await exited as [number | null]
      return code
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
