import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { startReaper } from '../../src/local/process/reaper.ts'
import { COMPILE_CACHE } from '../../src/local/project.ts'
import type { Reaper } from '../../src/local/process/reaper.ts'
import { RUN_VARIABLE } from './leftovers.ts'

/** The root of the project. */
export const ROOT = join(import.meta.dirname, '../..')

export interface RunContext {
  readonly id: string
  /** Everything temporary of the run is below it; it is deleted at the end. */
  readonly folder: string
  /** Kills the test processes when the runner is killed. */
  readonly reaper: Reaper
  /** Aborted by Ctrl-C, and when the whole run has taken too long; the reason says which. */
  readonly signal: AbortSignal
  /** A folder for one file, to be its TMPDIR. */
  makeFolder(): string
  environment(extra: Readonly<Record<string, string>>): Record<string, string | undefined>
}

export function createRunContext(signal: AbortSignal): RunContext {
  const id = randomBytes(6).toString('hex')
  const folder = mkdtempSync(join(tmpdir(), 'factory-test-'))
  // PostgreSQL, which doesn't run as root, has to reach its data in it.
  chmodSync(folder, 0o755)
  let folders = 0
  return {
    id, folder, signal, reaper: startReaper(),
    makeFolder() {
      const path = join(folder, String(++folders))
      mkdirSync(path, { mode: 0o755 })
      return path
    },
    environment: (extra) => ({
      ...process.env,
      PATH: [join(ROOT, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
      // A fifth of the CPU time of a process that loads a service.
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      NO_COLOR: '1', FORCE_COLOR: undefined, NODE_OPTIONS: undefined, NODE_TEST_CONTEXT: undefined,
      [RUN_VARIABLE]: id,
      ...extra,
    }),
  }
}

/** Deletes a folder and returns what was in it. */
export function removeFolder(path: string): string[] {
  const entries = readdirSync(path)
  rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  return entries
}
