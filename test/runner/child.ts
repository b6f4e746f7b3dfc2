import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROOT } from './run-context.ts'
import type { RunContext } from './run-context.ts'

export interface ChildResult {
  /** Null when it was killed. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Set when we killed it. */
  readonly killedBecause?: string
  /** Standard output and error as they came, the newest 256 kB. */
  readonly output: string
  readonly seconds: number
}

const OUTPUT_LIMIT = 256 * 1024

/** Runs a program in a process group of its own, and kills the group when it takes too long or the run is aborted. */
export async function runChild(run: RunContext, program: string, args: readonly string[], options: {
  readonly env: Readonly<Record<string, string | undefined>>, readonly timeoutMs: number,
}): Promise<ChildResult> {
  const started = performance.now()
  const child = spawn(program, args, { cwd: ROOT, env: options.env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const collect = (chunk: string): void => { output = (output + chunk).slice(-OUTPUT_LIMIT) }
  child.stdout.setEncoding('utf8').on('data', collect)
  child.stderr.setEncoding('utf8').on('data', collect)

  let killedBecause: string | undefined
  const kill = (reason: string): void => {
    killedBecause ??= reason
    killGroup(child.pid)
  }
  const onAbort = (): void => kill(String(run.signal.reason))
  run.signal.addEventListener('abort', onAbort)
  if (run.signal.aborted) onAbort()
  const timer = setTimeout(() => kill(`not finished within ${options.timeoutMs / 1000} s`), options.timeoutMs)
  if (child.pid !== undefined) run.reaper.add(child.pid)
  try {
    const closed = new Promise<void>((resolve) => { child.once('close', () => resolve()) })
    const exit = await new Promise<{ code: number | null, signal: NodeJS.Signals | null }>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code, signal) => resolve({ code, signal }))
    })
    // What it left behind may hold its output open for ever.
    await Promise.race([closed, sleep(500)])
    child.stdout.destroy()
    child.stderr.destroy()
    return { ...exit, ...(killedBecause === undefined ? {} : { killedBecause }), output, seconds: (performance.now() - started) / 1000 }
  } finally {
    clearTimeout(timer)
    run.signal.removeEventListener('abort', onAbort)
    // Its group isn't killed here: what it left running is looked for, and reported.
    if (child.pid !== undefined) run.reaper.remove(child.pid)
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // ESRCH: all gone. EPERM: macOS says so of a group of which only a zombie is left.
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
