import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { listProcesses } from '../../../../src/local/process/leftovers.ts'

/** A process of ours that a test may kill: runs `code` (TypeScript), and returns the first line that it prints. */
export async function runScript(code: string): Promise<{ child: ChildProcess, line: string }> {
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(createInterface(child.stdout), 'line') as [string]
  return { child, line }
}

/** A zombie isn't: nobody but the system's first process can end it, and that may take it seconds. */
export async function isRunning(pid: number): Promise<boolean> {
  return (await listProcesses()).some((each) => each.pid === pid)
}

/** Whether the process ends within five seconds. */
export async function endsSoon(pid: number): Promise<boolean> {
  for (const started = Date.now(); Date.now() - started < 5_000; await sleep(20)) {
    if (!await isRunning(pid)) return true
  }
  return false
}
