import { INACTIVE } from '../alarm/condition.ts'
import type { Condition } from '../alarm/condition.ts'
import { nextInterval } from '../detect/interval.ts'
import { REPLACED_US, reset } from '../detect/learned/state.ts'
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
  /** The replacement of the sensor's device that it has taken in, microseconds since 1970; 0: none was there; -1: no reading was taken in yet. */
  replacedUs: number
  /** The replacement for which the old device's conditions were ended, the same way. Not stored: who restores takes what is open from the alarms. */
  endedUs: number
}

export function createSensorMemory(detector: Detector | null, rules: RuleMemory = emptyMemory()): SensorMemory {
  return { rules, detector, conditions: [], open: 0, newestUs: -1, intervalUs: 0, heardMs: 0, replacedUs: -1, endedUs: -1 }
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

/**
 * Before a reading is judged: with the first one of a new device all is forgotten that was learned of the one before. True: it is that one, and the
 * conditions are still the old device's; the caller ends them.
 */
export function takeDevice(memory: SensorMemory, replacedUs: number, timeUs: number): boolean {
  takeDeviceAgain(memory, replacedUs, timeUs)
  if (replacedUs === memory.replacedUs || timeUs < replacedUs) return false
  // What heard of it only now may have judged some of its readings by the old one: that is forgotten, too.
  const isNew = memory.replacedUs !== -1
  if (isNew) {
    memory.rules.values.length = 0
    memory.rules.consecutiveHigh = 0
  }
  memory.replacedUs = memory.endedUs = replacedUs
  return isNew
}

/** The same for the detector, which may be older than the rest of the memory when its readings are read again, or newer where none was kept. */
export function takeDeviceAgain({ detector }: SensorMemory, replacedUs: number, timeUs: number): void {
  if (detector === null || timeUs < replacedUs || detector.numbers[REPLACED_US] === replacedUs) return
  reset(detector, 0)
  detector.numbers[REPLACED_US] = replacedUs
}

export function forgetConditions(memory: SensorMemory): void {
  for (const condition of memory.conditions) if (condition !== null && condition !== undefined) condition.phase = INACTIVE
  memory.open = 0
}
