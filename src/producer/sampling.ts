import { performance } from 'node:perf_hooks'

export interface Sampling {
  stop(): void
}

/** A busy machine is late by less; these readings are made up for, each with its own time. */
const STANDSTILL_MS = 1_000

/**
 * Calls `sample` at once and then on a fixed grid, so that a late timer delays one reading and not all that follow. `timeMs` is the
 * time on the grid, in milliseconds since 1970. Points that passed in a standstill of the process or the machine are left out: a
 * burst of readings that nobody took at their time would say nothing.
 */
export function startSampling(intervalMs: number, sample: (timeMs: number) => void): Sampling {
  // The grid is laid on the clock that nobody sets; only the reading's time comes from the one that people set.
  const startMs = performance.now()
  let point = 0
  let timer: NodeJS.Timeout

  function tick(): void {
    const lateMs = Math.max(0, performance.now() - startMs - point * intervalMs)
    if (lateMs < Math.max(intervalMs, STANDSTILL_MS)) {
      sample(Math.round(Date.now() - lateMs))
      point++
    } else {
      point += 1 + Math.floor(lateMs / intervalMs)
    }
    timer = setTimeout(tick, Math.max(0, startMs + point * intervalMs - performance.now()))
  }

  tick()
  return { stop: () => clearTimeout(timer) }
}
