import { execFile } from 'node:child_process'
import { readFile, readdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

export interface RunningProcess {
  readonly pid: number
  /** Program and arguments with spaces between, or the title that it gave itself. */
  readonly command: string
}

/** All processes of the machine that can be seen: from /proc, else by `ps`. */
export async function listProcesses(): Promise<RunningProcess[]> {
  return process.platform === 'linux' ? fromProc() : fromPs()
}

/**
 * Kills the processes whose command is recognised, and waits until they are gone: of an earlier run that was killed so that nothing
 * could end its children. Returns those that there were.
 */
export async function endLeftovers(recognise: (command: string) => boolean, graceMs = 0): Promise<RunningProcess[]> {
  const find = async (): Promise<RunningProcess[]> =>
    (await listProcesses()).filter((each) => each.pid !== process.pid && recognise(each.command))
  const found = await find()
  const started = Date.now()
  for (let left = found; left.length > 0; left = await find()) {
    const waitedMs = Date.now() - started
    if (waitedMs > graceMs + KILL_DEADLINE_MS) {
      throw new Error(`can't end the processes of an earlier run: ${left.map((each) => `${each.pid} (${each.command})`).join(', ')}`)
    }
    if (waitedMs >= graceMs) for (const each of left) kill(each.pid)
    await sleep(20)
  }
  return found
}

const KILL_DEADLINE_MS = 5_000

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function fromProc(): Promise<RunningProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const all = await Promise.all(pids.map(async (pid) => {
    // Gone in the meantime, or hidden from us.
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    return { pid: Number(pid), command: line.replaceAll('\0', ' ').trim() }
  }))
  return all.filter((each) => each.command !== '')
}

async function fromPs(): Promise<RunningProcess[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axww', '-o', 'pid=,stat=,command='], { maxBuffer: 64 * 1024 * 1024 })
  return parsePs(stdout)
}

/** Lines of `pid stat command`; zombies are left out. */
export function parsePs(output: string): RunningProcess[] {
  const found: RunningProcess[] = []
  for (const line of output.split('\n')) {
    const match = /^\s*(\d+)\s+(\S+)\s+(.*\S)\s*$/.exec(line)
    if (match !== null && !match[2]?.startsWith('Z')) found.push({ pid: Number(match[1]), command: match[3] as string })
  }
  return found
}
