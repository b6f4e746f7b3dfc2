import { emptyResult, scoreReading } from '../../../../src/detect/learned/score-reading.ts'
import { createDetector } from '../../../../src/detect/learned/state.ts'
import type { Mode } from '../../../../src/detect/learned/state.ts'

export const MINUTE_US = 60_000_000
export const PER_DAY = 288
/** 2026-03-01, in microseconds since 1970. */
export const START_US = Date.UTC(2026, 2, 1) * 1000

/** 0 to 1, the same for the same seed. */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Readings every 5 minutes, at 50 with 10 up and down over the day, and noise of about 1. `change` makes of it what the test is about. */
export function dailySine(days: number, change: (value: number, index: number) => number = (value) => value, seed = 1): number[] {
  const next = random(seed)
  return Array.from({ length: days * PER_DAY }, (_, index) => {
    const noise = next() + next() + next() + next() - 2
    return change(50 + 10 * Math.sin(2 * Math.PI * index / PER_DAY) + noise * 1.7, index)
  })
}

export function timesOf(count: number, intervalUs = 5 * MINUTE_US): number[] {
  return Array.from({ length: count }, (_, index) => START_US + index * intervalUs)
}

/** The scores of a series by a new detector. */
export function scoresOf(values: readonly number[], timesUs: readonly number[] = timesOf(values.length), mode: Mode = 'full'): number[] {
  const detector = createDetector(mode)
  const result = emptyResult()
  return values.map((value, index) => scoreReading(detector, timesUs[index] as number, value, result))
}
