import type { PlantTime } from '../calendar/plant-time.ts'
import { BAD_QUALITY_BELOW } from '../contract/quality.ts'
import { experienceOf } from '../detect/learned/outlook.ts'
import { emptyResult, scoreReading } from '../detect/learned/score-reading.ts'
import { UTC_OFFSET_MIN, createDetector, reset } from '../detect/learned/state.ts'
import type { Mode } from '../detect/learned/state.ts'
import type { ReplayedReading } from './replay.ts'

/** What a detector found of a reading. May be one object for all readings. */
export interface LearnedFinding {
  /** 0 to 1; 0 while the detector isn't believed. */
  readonly score: number
  /** The evidence, 0 or more. */
  readonly strength: number
}

export const NOTHING_FOUND: LearnedFinding = { score: 0, strength: 0 }

/** The detector of one sensor, from its first reading on. */
export interface LearnedReplay {
  /** Scores a reading as the consumers do, and learns from it: readings in order, each once. Null: its machine is in maintenance. */
  take(reading: ReplayedReading): LearnedFinding | null
  /** Whether what it finds is worth an alarm yet. */
  isBelieved(): boolean
  /** What comes next is of another device. */
  beginAnew(): void
}

/** `at`: what the calendar says of its machine at a time, milliseconds since 1970. */
export function replayDetector(mode: Mode, at: (timeMs: number) => PlantTime): LearnedReplay {
  const detector = createDetector(mode)
  const result = emptyResult()
  const isBelieved = (): boolean => experienceOf(detector) >= 1
  return {
    isBelieved,
    beginAnew() { reset(detector, 0) },
    take({ timeMs, value, quality }) {
      if (quality !== null && quality < BAD_QUALITY_BELOW) return NOTHING_FOUND
      const { utcOffsetMin, inMaintenance } = at(timeMs)
      if (inMaintenance) return null
      detector.numbers[UTC_OFFSET_MIN] = utcOffsetMin
      scoreReading(detector, timeMs * 1_000, value, result)
      if (!isBelieved()) result.score = 0
      return result
    },
  }
}
