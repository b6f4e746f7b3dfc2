import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Environment } from '../process/environment.ts'
import { lastLines } from '../process/log-tail.ts'
import { portAnswers } from '../process/ports.ts'
import type { Reaper } from '../process/reaper.ts'
import { spawnOwned, stopProcess } from '../process/spawn.ts'
import { COMPILE_CACHE, PROJECT_ROOT } from '../project.ts'
import { explainEnding } from './ending-reason.ts'
import type { Launched } from './runner.ts'

export interface NodeServiceOptions {
  readonly name: string
  /** Path of its main.ts in the project. */
  readonly main: string
  /** For Node itself. */
  readonly nodeOptions: readonly string[]
  readonly env: Environment
  readonly logFile: string
  readonly reaper: Reaper
  /** Where it listens, if it does. */
  readonly address: { readonly host: string, readonly port: number } | null
}

/** A producer flushes for 5 s when Kafka is gone. */
const STOP_STEPS = [{ signal: 'SIGTERM', waitMs: 8_000 }, { signal: 'SIGKILL', waitMs: 2_000 }] as const
const POLL_MS = 40
const LOG_LINES = 30
/** What says nothing for so long counts as ready. On 2 busy cores eight processes took 5 s to their first word; at LOG_LEVEL=warn there is none. */
const SILENT_MS = 20_000
const SILENT_LEVEL_MS = 2_000
const SILENT_LEVELS = new Set(['warn', 'error', 'fatal', 'silent'])
const LISTEN_DEADLINE_MS = 30_000

/** A process that runs one of our mains. It is ready when it listens, or says its first word in the log. */
export async function launchNode(options: NodeServiceOptions): Promise<Launched> {
  const { name, logFile } = options
  const logStart = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0
  const owned = await spawnOwned(process.execPath, [...options.nodeOptions, join(PROJECT_ROOT, options.main)], {
    cwd: PROJECT_ROOT, env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...options.env }, logFile, reaper: options.reaper,
  })

  async function ready(): Promise<void> {
    const started = Date.now()
    const silentMs = SILENT_LEVELS.has(options.env['LOG_LEVEL'] ?? '') ? SILENT_LEVEL_MS : SILENT_MS
    for (;;) {
      const ended = await Promise.race([sleep(POLL_MS), owned.exited])
      if (ended !== undefined) throw new Error(explainEnding(ended, lastLines(logFile, LOG_LINES, logStart)).reason)
      if (options.address === null) {
        if (Date.now() - started > silentMs || (statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > logStart) break
      } else if (await portAnswers(options.address.port, options.address.host)) {
        break
      } else if (Date.now() - started > LISTEN_DEADLINE_MS) {
        throw new Error(`${name} did not listen on port ${options.address.port} within ${LISTEN_DEADLINE_MS / 1000} s; see ${logFile}`)
      }
    }
    // What it said may have been its last word.
    const ended = await Promise.race([sleep(2 * POLL_MS), owned.exited])
    if (ended !== undefined) throw new Error(explainEnding(ended, lastLines(logFile, LOG_LINES, logStart)).reason)
  }

  const whenReady = ready()
  whenReady.catch(() => undefined)
  return {
    pid: owned.pid,
    exited: owned.exited,
    ready: whenReady,
    stop: async () => { await stopProcess(owned, STOP_STEPS) },
    kill: (signal) => owned.kill(signal),
    explain: (exit) => explainEnding(exit, lastLines(logFile, LOG_LINES, logStart)),
  }
}
