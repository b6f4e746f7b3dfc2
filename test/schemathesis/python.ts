import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ExitError } from '../../src/runtime/errors.ts'

const REQUIREMENTS = fileURLToPath(new URL('requirements.txt', import.meta.url))
const CACHE = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url))
const STEP_TIMEOUT_MS = 300_000

/**
 * The path of a Python that has schemathesis, which is installed when it isn't there yet: below node_modules, in the versions of requirements.txt,
 * each file known by its hash. Where there is no Python 3.9 or later, the system's package manager is asked for one, as root.
 * Throws an `ExitError` that says what to do.
 */
export function installSchemathesis(): string {
  const version = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 8)
  const folder = join(CACHE, `schemathesis-${version}`)
  const program = join(folder, 'bin', 'python3')
  // Written last: an installation that was cut short has none.
  const complete = join(folder, 'complete')
  if (existsSync(complete)) return program
  const makeEnvironment = (): string | null => {
    rmSync(folder, { recursive: true, force: true })
    return run('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']) ?? run('python3', ['-m', 'venv', folder])
  }
  const problem = makeEnvironment()
  if (problem !== null && (installPython() !== null || makeEnvironment() !== null)) {
    throw new ExitError(`the test of the API needs Python 3.9 or later with its module venv (Debian: apt-get install python3-venv): ${problem}`)
  }
  const failed = run(program, ['-m', 'pip', 'install', '--quiet', '--require-hashes', '--requirement', REQUIREMENTS])
  if (failed !== null) throw new ExitError(`schemathesis can't be installed: ${failed}`)
  writeFileSync(complete, '')
  return program
}

function installPython(): string | null {
  if (process.getuid?.() !== 0) return 'not root'
  return run('apt-get', ['update', '-qq']) ?? run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'python3', 'python3-venv'])
}

/** Null, or what was wrong. */
function run(program: string, args: readonly string[]): string | null {
  const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: STEP_TIMEOUT_MS, stdio: ['ignore', 'ignore', 'pipe'] })
  if (status === 0) return null
  return error?.message ?? (stderr.trim().split('\n').at(-1) || `${program} ended with ${status}`)
}
