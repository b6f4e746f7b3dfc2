import type { Calendar } from '../calendar/calendar.ts'
import type { Span } from '../calendar/spans.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** A quarter of a day after it the day's warmest hour, 15 o'clock local time. */
const DAILY_RISE_MS = 9 * HOUR_MS
/** The cycles of a day and a shift are followed in steps where many sensors share them. */
const STEP_MS = 10_000

/** Where a machine that rests is in the cycle of its shift: below all that it is at while it works. */
export const AT_REST = -3
/** Of the noise, and of what a machine suffers from, so much is left while it rests. */
export const LOAD_AT_REST = 0.25

/** -1 to 1 over a local day, of parabolas instead of a sine for the reason given at `Random.normal` of `random.ts`. */
export function dailyCycle(localMs: number): number {
  const phase = ((localMs - DAILY_RISE_MS) % DAY_MS) / DAY_MS
  return phase < 0.5 ? 16 * phase * (0.5 - phase) : -16 * (phase - 0.5) * (1 - phase)
}

/** Machines run up and down within each shift: -1 at its change, 0.5 in its middle, 0 on average. `AT_REST` outside of shifts. */
export function shiftCycle(shift: Span | null, timeMs: number): number {
  if (shift === null) return AT_REST
  const phase = (timeMs - shift.fromMs) / (shift.toMs - shift.fromMs)
  return 6 * phase * (1 - phase) - 1
}

/** The cycles of a plant, for sensors that follow each other in time: calculated once in 10 s. */
export interface PlantCycles {
  readonly daily: number
  readonly shift: number
  /** To be called first. */
  follow(timeMs: number): void
}

export function createPlantCycles({ zone, shiftAt }: Calendar): PlantCycles {
  let fromMs = Infinity
  const cycles = {
    // Not whole numbers: V8 would make the fields again when the first fraction comes.
    daily: 0.5, shift: 0.5,
    follow(timeMs: number): void {
      if (timeMs >= fromMs && timeMs < fromMs + STEP_MS) return
      fromMs = Math.floor(timeMs / STEP_MS) * STEP_MS
      cycles.daily = dailyCycle(fromMs + zone.offsetMs(fromMs))
      cycles.shift = shiftCycle(shiftAt(fromMs), fromMs)
    },
  }
  return cycles
}
