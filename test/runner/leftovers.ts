import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Set in the environment of all that a run starts, and inherited: a random id of the run, and the test file. */
export const RUN_VARIABLE = 'FACTORY_TEST_RUN'
export const FILE_VARIABLE = 'FACTORY_TEST_FILE'

export interface LeftProcess {
  readonly pid: number
  readonly command: string
  /** TCP ports that it listens on. */
  readonly ports: readonly number[]
}

interface ProcessEntry {
  readonly pid: number
  readonly parent: number
  readonly command: string
  /** `NAME=value` lines, or as much as the system lets us see. */
  readonly environment: string
}

/** Processes that end by themselves shortly after the one that started them: a reaper, the backends of a stopped server. */
const GRACE_MS = 3_000

/**
 * Processes that a test has left running: those with one of the marks (`NAME=value`) in their environment, and their children. Waits a moment
 * for those that are about to end, kills the others and returns them. A port can't be held open by anything but a process,
 * so this finds left ports too.
 */
export async function endLeftProcesses(marks: readonly string[], graceMs = GRACE_MS): Promise<LeftProcess[]> {
  const deadline = Date.now() + graceMs
  let left = findMarked(marks)
  while (left.length > 0 && Date.now() < deadline) {
    await sleep(50)
    left = findMarked(marks)
  }
  const listening = left.length === 0 ? new Map<string, number>() : listeningSockets()
  const found = left.map(({ pid, command }) => ({ pid, command, ports: portsOf(pid, listening) }))
  for (const { pid } of found) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
  return found
}

export function describeLeft(left: readonly LeftProcess[]): string {
  return left.map(({ pid, command, ports }) =>
    `process ${pid}${ports.length === 0 ? '' : ` listening on ${ports.join(', ')}`}: ${command.slice(0, 300)}`).join('\n')
}

function findMarked(marks: readonly string[]): ProcessEntry[] {
  const all = process.platform === 'linux' ? fromProc() : fromPs()
  const marked = new Set(all.filter((entry) => marks.every((mark) => `\n${entry.environment}\n`.includes(`\n${mark}\n`))).map((entry) => entry.pid))
  marked.delete(process.pid)
  // A server may overwrite its environment with its title, as PostgreSQL's backends do.
  for (let before = -1; before !== marked.size;) {
    before = marked.size
    for (const entry of all) if (marked.has(entry.parent)) marked.add(entry.pid)
  }
  return all.filter((entry) => marked.has(entry.pid))
}

function fromProc(): ProcessEntry[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const status = readFileSync(`/proc/${name}/stat`, 'utf8')
      // `pid (name) state parent …`, and the name may contain spaces and brackets.
      const [state, parent] = status.slice(status.lastIndexOf(')') + 2).split(' ')
      if (state === 'Z') return []
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      const environment = readFileSync(`/proc/${name}/environ`, 'utf8').replaceAll('\0', '\n')
      return [{ pid: Number(name), parent: Number(parent), command, environment }]
    } catch {
      // Ended meanwhile, or somebody else's.
      return []
    }
  })
}

/** macOS: `ps -E` puts the environment after the command, with spaces between. */
function fromPs(): ProcessEntry[] {
  const output = execFileSync('ps', ['-A', '-E', '-ww', '-o', 'pid=,ppid=,command='], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  return output.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)
    if (match === null) return []
    const rest = match[3] ?? ''
    return [{ pid: Number(match[1]), parent: Number(match[2]), command: rest, environment: rest.replaceAll(' ', '\n') }]
  })
}

/** Inode → port of all listening TCP sockets; empty where there is no /proc. */
function listeningSockets(): Map<string, number> {
  const ports = new Map<string, number>()
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    let table = ''
    try {
      table = readFileSync(file, 'utf8')
    } catch {
      continue
    }
    for (const line of table.split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/)
      const [, local, , state] = fields
      const inode = fields[9]
      if (state === '0A' && local !== undefined && inode !== undefined) ports.set(inode, Number.parseInt(local.split(':')[1] ?? '', 16))
    }
  }
  return ports
}

function portsOf(pid: number, listening: ReadonlyMap<string, number>): number[] {
  const ports = new Set<number>()
  try {
    for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1]
      const port = inode === undefined ? undefined : listening.get(inode)
      if (port !== undefined) ports.add(port)
    }
  } catch {
    // Ended meanwhile.
  }
  return [...ports]
}
