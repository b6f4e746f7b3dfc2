import { spawn, spawnSync } from 'node:child_process'
import { accessSync, closeSync, constants, openSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isMainThread } from 'node:worker_threads'
import type { Environment } from './environment.ts'
import type { Reaper } from './reaper.ts'

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A process that ends when we end. It leads a process group of its own, so Ctrl+C in the terminal doesn't reach it. */
export interface OwnedProcess {
  /** Of the program itself, not of a wrapper. Also the id of its process group. */
  readonly pid: number
  readonly exited: Promise<Exit>
  /** Null while it runs. */
  readonly exit: Exit | null
  /** Sends a signal to the process and its group; false when it is gone. */
  kill(signal: NodeJS.Signals): boolean
}

export interface SpawnOptions {
  readonly cwd: string
  /** The whole environment of the program. */
  readonly env: Environment
  /** Standard output and error are appended to this file; 'inherit': they are ours. */
  readonly logFile: string
  readonly reaper: Reaper
  readonly uid?: number
  readonly gid?: number
}

/**
 * Starts a program, given by its absolute path. Rejects with the system's error (ENOENT, EACCES) when it can't be started.
 * What it leaves in its process group is killed when it ends.
 */
export async function spawnOwned(command: string, args: readonly string[], options: SpawnOptions): Promise<OwnedProcess> {
  if (!isAbsolute(command)) throw new Error(`not an absolute path: ${command}`)
  // Behind setpriv a program that can't be run would only be an exit code.
  accessSync(command, constants.X_OK)
  const [program, ...before] = [...deathSignalPrefix(), command]
  const output = options.logFile === 'inherit' ? 'inherit' : openSync(options.logFile, 'a')
  try {
    const child = spawn(program, [...before, ...args], {
      cwd: options.cwd, env: options.env, detached: true, stdio: ['ignore', output, output],
      ...(options.uid === undefined ? {} : { uid: options.uid }), ...(options.gid === undefined ? {} : { gid: options.gid }),
    })
    const pid = child.pid
    if (pid === undefined) throw await new Promise<Error>((resolve) => child.once('error', resolve))
    options.reaper.add(pid)
    let exit: Exit | null = null
    const exited = new Promise<Exit>((resolve) => {
      child.once('exit', (code, signal) => {
        exit = { code, signal }
        signalGroup(pid, 'SIGKILL')
        options.reaper.remove(pid)
        resolve(exit)
      })
    })
    // Of a signal that could not be sent; `kill` below has its own answer to that.
    child.on('error', () => undefined)
    return {
      pid, exited,
      get exit() { return exit },
      kill: (signal) => exit === null && signalGroup(pid, signal),
    }
  } finally {
    if (output !== 'inherit') closeSync(output)
  }
}

/** A step of a stop: send the signal, then wait for this long at most. */
export interface StopStep {
  readonly signal: NodeJS.Signals
  readonly waitMs: number
}

/** Sends one signal after the other until the process has ended. The last one ought to be SIGKILL. */
export async function stopProcess(owned: Pick<OwnedProcess, 'exited' | 'exit' | 'kill'>, steps: readonly StopStep[]): Promise<Exit> {
  for (const step of steps) {
    if (owned.exit !== null) break
    owned.kill(step.signal)
    // A process that was stopped by SIGSTOP takes no other signal than SIGKILL before it goes on.
    owned.kill('SIGCONT')
    const done = new AbortController()
    await Promise.race([owned.exited, sleep(step.waitMs, undefined, { signal: done.signal }).catch(() => undefined)])
    done.abort()
  }
  return owned.exited
}

function signalGroup(groupId: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-groupId, signal)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    // macOS says so of a group in which only a zombie is left.
    if ((error as NodeJS.ErrnoException).code === 'EPERM' && process.platform === 'darwin') return false
    throw error
  }
}

let prefix: readonly string[] | undefined

/**
 * On Linux the kernel itself kills the child when we die, where util-linux's setpriv is installed: it sets that, then becomes the program,
 * so the pid stays the same. The kernel means the thread that started the child, so only from the main one.
 */
function deathSignalPrefix(): readonly string[] {
  if (process.platform !== 'linux' || !isMainThread) return []
  prefix ??= findSetpriv()
  return prefix
}

function findSetpriv(): readonly string[] {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/bin']) {
    if (!isAbsolute(folder)) continue
    const command = [join(folder, 'setpriv'), '--pdeathsig', 'KILL', '--']
    // BusyBox has a setpriv without this option.
    if (spawnSync(command[0] as string, [...command.slice(1), '/bin/sh', '-c', ':'], { stdio: 'ignore' }).status === 0) return command
  }
  return []
}
