import { setTimeout as sleep } from 'node:timers/promises'
import type { LocalConfig } from '../../local/config.ts'
import { demoProblems } from '../../local/demo-problems.ts'
import { tryLock } from '../../local/file-lock.ts'
import type { FileLock } from '../../local/file-lock.ts'
import { configProblems, preflight } from '../../local/preflight.ts'
import { serviceTable, withServers } from '../../local/services.ts'
import type { ServiceKind } from '../../local/services.ts'
import { homeFiles, makeHome } from '../../local/state-files.ts'
import { askSupervisor, spawnSupervisor } from '../../local/supervisor-client.ts'
import type { SystemStatus } from '../../local/supervisor/protocol.ts'
import type { Environment } from '../../runtime/config.ts'
import { ExitError } from '../../runtime/errors.ts'
import { conflicts, printAddresses, printUntouched } from '../addresses.ts'
import { definedOnly } from '../environment.ts'
import type { BringUpOptions } from '../runtime.ts'
import { print, printStep } from '../terminal.ts'
import { waitForReading } from '../wait-for-reading.ts'

/** Downloads may take their time. */
export const START_SILENCE_MS = 400_000

/**
 * Starts the services of these kinds, and what they need, and prints each step; with producers and consumers it returns when the first
 * reading made after this start is stored. What runs already is left alone. Throws an `ExitError` with a line for each problem.
 */
export async function bringUp(options: BringUpOptions, config: LocalConfig, env: Environment): Promise<void> {
  const { status: before, startLock } = await findOrStart(config, options, env)
  const problems = conflicts(before, config, env)
  if (problems.length > 0) throw new ExitError(problems.join('\n'))
  const asked = before.services.filter(({ kind }) => options.kinds.includes(kind))
  if (!before.starting && asked.every(({ state }) => state === 'running' || state === 'killed')) {
    printUntouched(before, asked)
    return
  }
  if (before.starting) print('It is being started already; this waits for it.')

  const began = new Date()
  const started = askSupervisor(config.home, {
    command: 'start', services: asked.map(({ name }) => name), env: definedOnly(env), revive: false,
  }, { onProgress: printStep, silenceMs: START_SILENCE_MS })
  startLock?.release()
  const after = await started
  if (after === null) throw new ExitError('the supervisor ended; see the end of logs/supervisor.log in FACTORY_HOME')
  if (options.kinds.includes('consumer')) await waitForReading(() => askSupervisor(config.home, { command: 'status' }), after, began)
  print('')
  printAddresses(after, options.kinds, Date.now() - options.startedAtMs)
}

/** The state of the running system; where none runs, checks everything and starts a supervisor. Two commands at once start one. */
async function findOrStart(config: LocalConfig, { kinds }: BringUpOptions, env: Environment): Promise<{ status: SystemStatus, startLock: FileLock | null }> {
  const running = await askSupervisor(config.home, { command: 'status' })
  if (running !== null) {
    const problems = configProblems(config, withServers(config, namesOf(config, kinds)), env)
    if (problems.length > 0) throw new ExitError(problems.join('\n'))
    return { status: running, startLock: null }
  }
  const unusable = homeProblems(config.home)
  const startLock = unusable.length === 0 ? await lockStart(config.home) : null
  // Somebody else may have started one while we waited.
  const meanwhile = await askSupervisor(config.home, { command: 'status' })
  if (meanwhile !== null) {
    startLock?.release()
    return { status: meanwhile, startLock: null }
  }
  const place = { host: config.monitoringHost, variable: 'MONITORING_HOST' }
  const problems = [...unusable, ...demoProblems(config, place), ...await preflight(config, withServers(config, namesOf(config, kinds)), env)]
  if (problems.length > 0) throw new ExitError(problems.join('\n'))
  print(`Starting in ${config.home}`)
  await spawnSupervisor(config.home, env)
  const status = await askSupervisor(config.home, { command: 'status' })
  if (status === null) throw new ExitError(`the supervisor ended at once; see ${homeFiles(config.home).logs}`)
  return { status, startLock }
}

function namesOf(config: LocalConfig, kinds: readonly ServiceKind[]): string[] {
  return serviceTable(config).filter(({ kind }) => kinds.includes(kind)).map(({ name }) => name)
}

/** Makes FACTORY_HOME; a line that says why, when it can't be. */
function homeProblems(home: string): string[] {
  try {
    makeHome(home)
    return []
  } catch (error) {
    if (!(error instanceof ExitError)) throw error
    return [error.message]
  }
}

/** Held from the preflight to the start. */
async function lockStart(home: string): Promise<FileLock> {
  for (;;) {
    const lock = tryLock(homeFiles(home).startLock)
    if (lock !== null) return lock
    await sleep(50)
  }
}
