import type { Condition } from '../alarm/condition.ts'
import { nextInterval } from '../detect/interval.ts'
import type { Detector } from '../detect/learned/state.ts'
import { emptyMemory } from '../detect/rules.ts'
import type { RuleMemory } from '../detect/rules.ts'

/** What a consumer remembers of one sensor of one partition: a constant size, whatever the sensor does. */
export interface SensorMemory {
  readonly rules: RuleMemory
  /** Null: nothing is learned. */
  detector: Detector | null
  /** By the places of the rules in `ALARM_RULES`; null: never over. */
  readonly conditions: (Condition | null)[]
  /** A bit for each condition that isn't inactive, so that most readings look at none. */
  open: number
  /** Time of the newest reading, microseconds since 1970; -1: none was read here yet. */
  newestUs: number
  /** From one reading to the next, microseconds; 0: not known. */
  intervalUs: number
  /** By our clock, milliseconds since 1970: when a reading was read last. Whose own clock is wrong isn't silent for it. */
  heardMs: number
}

export function createSensorMemory(detector: Detector | null, rules: RuleMemory = emptyMemory()): SensorMemory {
  return { rules, detector, conditions: [], open: 0, newestUs: -1, intervalUs: 0, heardMs: 0 }
}

/** A longer pause tells nothing of a sensor's rhythm. */
const LONGEST_INTERVAL_US = 3_600_000_000

export function takeTime(memory: SensorMemory, timeUs: number): void {
  const sinceUs = timeUs - memory.newestUs
  if (memory.newestUs >= 0 && sinceUs > 0 && sinceUs <= LONGEST_INTERVAL_US) {
    memory.intervalUs = nextInterval(memory.intervalUs, sinceUs)
  }
  if (sinceUs > 0 || memory.newestUs < 0) memory.newestUs = timeUs
}
