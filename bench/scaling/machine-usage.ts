import { readFileSync, readdirSync } from 'node:fs'
import { readUsage } from '../process-usage.ts'
import type { BenchPlant, BenchService } from '../plant.ts'

/** What was used until now. NaN where there is no /proc. */
export interface MachineUsage {
  readonly ms: number
  /** Processor time. */
  readonly consumersS: number
  readonly postgresS: number
  readonly kafkaS: number
  /** Of all processors, in the kernel's ticks: idle, waiting for a disk included, and everything together. */
  readonly idleTicks: number
  readonly allTicks: number
  readonly peakMemoryBytes: number
}

/** Linux counts in hundredths of a second for programs. */
const TICKS_PER_S = 100

export function readMachineUsage({ serverPids }: BenchPlant, consumers: readonly BenchService[]): MachineUsage {
  const usages = consumers.map((consumer) => readUsage(consumer.process.pid))
  const sum = (values: readonly (number | undefined)[]): number => values.reduce<number>((total, value) => total + (value ?? Number.NaN), 0)
  return {
    ms: performance.now(), ...readProcessors(),
    consumersS: sum(usages.map((usage) => usage?.cpuS)), peakMemoryBytes: sum(usages.map((usage) => usage?.peakMemoryBytes)),
    kafkaS: sum(serverPids.kafka.map((pid) => readUsage(pid)?.cpuS)), postgresS: readFamilyS(serverPids.postgres),
  }
}

function readProcessors(): Pick<MachineUsage, 'idleTicks' | 'allTicks'> {
  try {
    // user, nice, system, idle, iowait, irq, softirq, steal; guests are in user
    const ticks = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]?.split(/\s+/).slice(1, 9).map(Number) ?? []
    return { idleTicks: (ticks[3] ?? Number.NaN) + (ticks[4] ?? Number.NaN), allTicks: ticks.reduce((total, value) => total + value, 0) }
  } catch {
    return { idleTicks: Number.NaN, allTicks: Number.NaN }
  }
}

/** Processor seconds of a process and of all that it started, also of those that have ended. */
function readFamilyS(pid: number): number {
  let total = Number.NaN
  try {
    for (const id of readdirSync('/proc')) {
      if (!/^\d+$/.test(id)) continue
      const fields = readStat(id)
      if (id !== String(pid) && fields?.[1] !== String(pid)) continue
      // Its own time, and that of its children that have ended.
      const ticks = fields?.slice(11, 15).reduce((sum, value) => sum + Number(value), 0) ?? 0
      total = (Number.isNaN(total) ? 0 : total) + ticks / TICKS_PER_S
    }
  } catch {
    return Number.NaN
  }
  return total
}

/** What follows the name in /proc/<pid>/stat: the state, the parent and so on. Undefined when the process has ended. */
function readStat(pid: string): readonly string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')
  } catch {
    return undefined
  }
}
