import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync, readlinkSync } from 'node:fs'

/** The process that listens on a port. */
export interface PortHolder {
  readonly pid: number
  readonly name: string
}

/** Who listens on this port, where that can be told: other accounts' processes are visible to root alone. */
export function portHolder(port: number): PortHolder | undefined {
  return process.platform === 'linux' ? fromProc(port) : fromLsof(port)
}

function fromProc(port: number): PortHolder | undefined {
  const inodes = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => listeningInodes(readOr(file, ''), port)))
  if (inodes.size === 0) return undefined
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid) || !holdsOne(pid, inodes)) continue
    return { pid: Number(pid), name: readOr(`/proc/${pid}/comm`, '').trim() }
  }
  return undefined
}

const LISTENING = '0A'

/** Inodes of the sockets that listen on the port, from a table of `/proc/net`: `sl local_address rem_address st … inode`, hexadecimal. */
export function listeningInodes(table: string, port: number): string[] {
  return table.split('\n').slice(1).flatMap((line) => {
    const fields = line.trim().split(/\s+/)
    const [, address = '', , state] = fields
    const inode = fields[9]
    return state === LISTENING && inode !== undefined && Number.parseInt(address.split(':')[1] ?? '', 16) === port ? [inode] : []
  })
}

function holdsOne(pid: string, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOr(`/proc/${pid}/fd/${fd}`, ''))?.[1]
      return inode !== undefined && inodes.has(inode)
    })
  } catch {
    // Gone, or another account's.
    return false
  }
}

function linkOr(path: string, otherwise: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return otherwise
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return otherwise
  }
}

function fromLsof(port: number): PortHolder | undefined {
  try {
    const output = execFileSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    const pid = /^p(\d+)$/m.exec(output)?.[1]
    return pid === undefined ? undefined : { pid: Number(pid), name: /^c(.+)$/m.exec(output)?.[1] ?? 'a program' }
  } catch {
    // There is no lsof, or nothing that it may show.
    return undefined
  }
}
