const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const SHIFT_MS = 8 * HOUR_MS
/** Shifts start at 6, 14 and 22 o'clock UTC. */
const FIRST_SHIFT_MS = 6 * HOUR_MS
/** A quarter of a day after it the day's warmest hour, 15 o'clock UTC. */
const DAILY_RISE_MS = 9 * HOUR_MS

/** -1 to 1 over a day, of parabolas instead of a sine for the reason given at `Random.normal` of `random.ts`. */
export function dailyCycle(timeMs: number): number {
  const phase = ((timeMs - DAILY_RISE_MS) % DAY_MS) / DAY_MS
  return phase < 0.5 ? 16 * phase * (0.5 - phase) : -16 * (phase - 0.5) * (1 - phase)
}

/** Machines run up and down within each shift: -1 at its change, 0.5 in its middle, 0 on average. */
export function shiftCycle(timeMs: number): number {
  const phase = ((timeMs - FIRST_SHIFT_MS) % SHIFT_MS) / SHIFT_MS
  return 6 * phase * (1 - phase) - 1
}
