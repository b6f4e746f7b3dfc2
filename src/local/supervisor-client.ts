import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { ExitError } from '../runtime/errors.ts'
import { tryLock } from './file-lock.ts'
import { lastLines } from './process/log-tail.ts'
import { COMPILE_CACHE, PROJECT_ROOT } from './project.ts'
import { homeFiles, logFile, readSupervisorState } from './state-files.ts'
import { explainEnding } from './supervisor/ending-reason.ts'
import type { Answer, Progress, Request, SystemStatus } from './supervisor/protocol.ts'

const MAIN = fileURLToPath(new URL('./supervisor/main.ts', import.meta.url))
const START_DEADLINE_MS = 30_000

export interface AskOptions {
  readonly onProgress?: (progress: Progress) => void
  /** Without an answer for so long it is given up. */
  readonly silenceMs?: number
}

/**
 * Asks the supervisor of this FACTORY_HOME. Returns null when none runs. Throws an `ExitError` with what it answers when it can't do it, when
 * it doesn't answer, and when it belongs to another account.
 */
export async function askSupervisor(home: string, request: Request, options: AskOptions = {}): Promise<SystemStatus | null> {
  const socket = await connectTo(home)
  if (socket === null) return null
  const { silenceMs = 10_000, onProgress } = options
  let problem = 'ended before it had answered'
  socket.setTimeout(silenceMs, () => {
    problem = `does not answer within ${silenceMs / 1000} s`
    socket.destroy()
  })
  // The lines end then, too.
  socket.on('error', () => undefined)
  socket.write(`${JSON.stringify(request)}\n`)
  const lines = createInterface({ input: socket })
  // They end with the input, not with a socket that is destroyed.
  socket.once('close', () => { lines.close() })
  lines.on('error', () => undefined)
  try {
    for await (const line of lines) {
      const answer = JSON.parse(line) as Answer
      if (answer.type === 'progress') onProgress?.(answer.progress)
      if (answer.type === 'done') return answer.status
      if (answer.type === 'failed') throw new ExitError(answer.message)
    }
  } finally {
    socket.destroy()
  }
  throw new ExitError(`the supervisor ${problem}; see ${logFile(home, 'supervisor')}`)
}

async function connectTo(home: string): Promise<Socket | null> {
  const state = readSupervisorState(home)
  if (state === undefined) return null
  const socket = connect(state.socket)
  try {
    await once(socket, 'connect')
    return socket
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return null
    if (code === 'EACCES') throw new ExitError(`the system in ${home} was started by another account; run this as that one`)
    throw error
  }
}

/** Starts the supervisor as a process of its own that outlives this one; resolves when it answers. Throws an `ExitError` when it ends. */
export async function spawnSupervisor(home: string, env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const file = logFile(home, 'supervisor')
  const logStart = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  const output = openSync(file, 'a')
  const supervisor = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN],
    { cwd: PROJECT_ROOT, env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...env }, detached: true, stdio: ['ignore', output, output] })
  closeSync(output)
  supervisor.unref()
  const exited = new Promise<{ code: number | null, signal: NodeJS.Signals | null }>((resolve) => {
    supervisor.once('exit', (code, signal) => resolve({ code, signal }))
  })
  const deadline = Date.now() + START_DEADLINE_MS
  while (Date.now() < deadline) {
    if (readSupervisorState(home)?.pid === supervisor.pid && await askSupervisor(home, { command: 'status' }) !== null) return
    const exit = await Promise.race([exited, sleep(20)])
    if (exit !== undefined) throw new ExitError(`the supervisor could not start: ${explainEnding(exit, lastLines(file, 30, logStart)).reason}`)
  }
  throw new ExitError(`the supervisor did not answer within ${START_DEADLINE_MS / 1000} s; see ${file}`)
}

/** Whether a supervisor lives, answering or not. */
export function supervisorLives(home: string): boolean {
  const { supervisorLock } = homeFiles(home)
  if (!existsSync(supervisorLock)) return false
  const lock = tryLock(supervisorLock)
  lock?.release()
  return lock === null
}

const END_STEPS = [{ signal: 0, waitMs: 3_000 }, { signal: 'SIGTERM', waitMs: 15_000 }, { signal: 'SIGKILL', waitMs: 5_000 }] as const

/** Resolves when the supervisor of this FACTORY_HOME has ended, by force in the end; what it owns ends with it. */
export async function endSupervisor(home: string): Promise<void> {
  for (const { signal, waitMs } of END_STEPS) {
    if (!supervisorLives(home)) return
    const pid = readSupervisorState(home)?.pid
    // Signal 0 does nothing: it is ending by itself.
    if (pid !== undefined) signalProcess(pid, signal)
    const deadline = Date.now() + waitMs
    while (supervisorLives(home) && Date.now() < deadline) await sleep(30)
  }
  if (supervisorLives(home)) throw new ExitError(`the supervisor of ${home} can't be ended`)
}

function signalProcess(pid: number, signal: NodeJS.Signals | 0): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
