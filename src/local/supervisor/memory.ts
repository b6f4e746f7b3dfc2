import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Resident memory of these processes in bytes, by pid; those that are gone are left out. */
export function residentMemory(pids: readonly number[]): ReadonlyMap<number, number> {
  if (pids.length === 0) return new Map()
  return process.platform === 'linux' ? fromProc(pids) : fromPs(pids)
}

function fromProc(pids: readonly number[]): Map<number, number> {
  return new Map(pids.flatMap((pid) => {
    try {
      const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
      return kilobytes === undefined ? [] : [[pid, Number(kilobytes) * 1024] as const]
    } catch {
      return []
    }
  }))
}

function fromPs(pids: readonly number[]): Map<number, number> {
  try {
    const output = execFileSync('ps', ['-o', 'pid=,rss=', '-p', pids.join(',')], { encoding: 'utf8' })
    return new Map(output.trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number)).map(([pid = 0, kilobytes = 0]) => [pid, kilobytes * 1024]))
  } catch {
    // ps fails when none of them runs any more.
    return new Map()
  }
}
