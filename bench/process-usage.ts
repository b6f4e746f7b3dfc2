import { readFileSync } from 'node:fs'

/** What a process has used so far, as the system counts it. */
export interface ProcessUsage {
  /** User and system time of all its threads. */
  readonly cpuS: number
  readonly peakMemoryBytes: number
}

/** Linux counts in hundredths of a second for programs, whatever the kernel's own tick is. */
const TICKS_PER_S = 100

/** Null where the system doesn't tell (only Linux has /proc), and when the process is gone. */
export function readUsage(pid: number): ProcessUsage | null {
  try {
    // The name, in brackets, may hold blanks.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    const peakKb = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return { cpuS: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S, peakMemoryBytes: Number(peakKb) * 1024 }
  } catch {
    return null
  }
}
