import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ServiceStatus } from '../../src/local/supervisor/protocol.ts'
import { freePorts, portTaken } from '../../src/local/process/ports.ts'

const CLI = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

export interface Result {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Status {
  readonly running: boolean
  readonly services: readonly ServiceStatus[]
}

/** A local run of its own, of which nothing is started yet. */
export interface LocalSystem {
  readonly home: string
  readonly kafkaPortBase: number
  readonly postgresPort: number
  readonly monitoringPort: number
  /** A command in it, with variables beside those that say where it lives. */
  run(command: string, extra?: Readonly<Record<string, string>>): Promise<Result>
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
  const variables = {
    RUNTIME: 'local', FACTORY_HOME: home, KAFKA_PORT_BASE: String(kafkaPortBase), POSTGRES_PORT: String(postgresPort),
    MONITORING_PORT: String(monitoringPort),
  }

  function run(command: string, extra: Readonly<Record<string, string>> = {}): Promise<Result> {
    return new Promise((resolve) => {
      execFile(process.execPath, [CLI, command], { env: { ...process.env, ...variables, NO_COLOR: '1', ...extra } }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr })
      })
    })
  }

  after(async () => {
    await run('clean')
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    home, kafkaPortBase, postgresPort, monitoringPort, run,
    status: async () => JSON.parse((await run('status', { FORMAT: 'json' })).stdout) as Status,
  }
}

async function sixFreePorts(): Promise<number> {
  for (;;) {
    const [base = 0] = await freePorts(1)
    const taken = await Promise.all(Array.from({ length: 6 }, (_, index) => portTaken(base + index)))
    if (!taken.includes(true)) return base
  }
}

/** What was found when it was good, or at the end of the time. */
export async function eventually<T>(look: () => Promise<T>, good: (found: T) => boolean, withinMs: number): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const found = await look()
    if (good(found) || Date.now() > deadline) return found
    await sleep(100)
  }
}
