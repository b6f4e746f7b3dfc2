import { INACTIVE, emptyCondition, followCondition } from '../alarm/condition.ts'
import type { Condition, ConditionChange as Transition } from '../alarm/condition.ts'
import { severityRank } from '../alarm/alarm-rules.ts'
import { judgeLearned } from '../alarm/learned-signal.ts'
import { emptySignal, signalOf } from '../alarm/process-signal.ts'
import type { PlantTime } from '../calendar/plant-time.ts'
import { ALARM_RULES } from '../contract/alarm.ts'
import type { AlarmRule } from '../contract/alarm.ts'
import { BAD_QUALITY_BELOW } from '../contract/quality.ts'
import { ALERT_LEVELS } from '../contract/sensor-types.ts'
import type { AlertLevel, Thresholds } from '../contract/sensor-types.ts'
import { experienceOf } from '../detect/learned/outlook.ts'
import { emptyResult, scoreReading } from '../detect/learned/score-reading.ts'
import type { Result } from '../detect/learned/score-reading.ts'
import { CHANNEL_AT, UTC_OFFSET_MIN } from '../detect/learned/state.ts'
import type { Detector } from '../detect/learned/state.ts'
import { learnChannel } from '../detect/machine/channel.ts'
import { applyRules, remember } from '../detect/rules.ts'
import type { SensorAlarms } from './alarm-settings.ts'
import { takeTime } from './sensor-memory.ts'
import type { SensorMemory } from './sensor-memory.ts'

/** A reading of a sensor, as it is judged. */
export interface JudgedReading extends PlantTime {
  /** Microseconds since 1970. */
  readonly timeUs: number
  readonly offset: number
  readonly value: number
  /** Place in `ALERT_LEVELS`. */
  readonly level: number
  /** 0 to 1; NaN: not told. */
  readonly quality: number
  readonly thresholds: Thresholds
}

/** A condition of the sensor has changed by this reading, whose rules' memory is still that of the readings before it. */
export type OnChange = (transition: Transition, rule: AlarmRule, condition: Condition, memory: SensorMemory, learned: Result) => void

/** Of a rule in `SensorMemory.open` and in the masks of `SensorAlarms`. */
export const bitOf = (rule: AlarmRule): number => 1 << ALARM_RULES.indexOf(rule)
const LEARNED = bitOf('learned_anomaly')
const BAD_QUALITY = bitOf('bad_quality')
const STALE = bitOf('stale_signal')

const signal = emptySignal()
const learned = emptyResult()

/**
 * Applies the rules and the detector to a reading and takes it into the sensor's memory; what changes of its alarms is told. Most readings fire
 * nothing while nothing is open, and touch no condition.
 */
export function judgeReading(memory: SensorMemory, reading: JudgedReading, alarms: SensorAlarms, onChange: OnChange): void {
  takeTime(memory, reading.timeUs)
  const isBad = reading.quality < BAD_QUALITY_BELOW
  let touched = (memory.open & STALE) | (isBad ? BAD_QUALITY : memory.open & BAD_QUALITY)
  let fired = isBad ? BAD_QUALITY : 0
  if (!isBad) {
    fired = applyRules(memory.rules, reading.value, ALERT_LEVELS[reading.level] as AlertLevel, alarms.patterns)
    if (memory.detector !== null && !reading.inMaintenance && isUnusual(memory.detector, reading, alarms.learnedScore)) fired |= LEARNED
    touched |= (fired & alarms.enabled) | alarms.limits | (memory.open & ~STALE)
    // Nothing is known of it meanwhile: one that stands is judged by the first reading after it.
    if (reading.inMaintenance) touched &= ~LEARNED
  }
  while (touched !== 0) {
    const index = 31 - Math.clz32(touched)
    touched &= ~(1 << index)
    follow(memory, index, reading, (fired & alarms.enabled & (1 << index)) !== 0, alarms, onChange)
  }
  if (!isBad) remember(memory.rules, reading.value)
}

/** What the detector remembers after a reading that everything else has taken in already. */
export function learnAgain(
  { detector }: SensorMemory, reading: Pick<JudgedReading, 'timeUs' | 'value' | 'quality'> & PlantTime,
): void {
  if (detector !== null && !(reading.quality < BAD_QUALITY_BELOW) && !reading.inMaintenance) learnReading(detector, reading)
}

/** No reading has come when there should have been some: as of this moment, in microseconds since 1970. */
export function judgeSilence(memory: SensorMemory, nowUs: number, alarms: SensorAlarms, onChange: OnChange): void {
  const index = ALARM_RULES.indexOf('stale_signal')
  const settings = alarms.rules[index]
  if ((alarms.enabled & STALE) === 0 || settings === undefined) return
  const condition = conditionOf(memory, index)
  Object.assign(signal, {
    timeUs: nowUs, offset: 0, value: 0, excess: 0, severity: severityRank(settings.priority ?? 'low'), over: true, clear: false,
  })
  tell(memory, index, condition, followCondition(condition, signal, settings), onChange)
}

/**
 * Takes a reading into all that is learned of its sensor, and scores it: by the hour that the plant's clocks show, so that what was learned stays
 * where it is when they are changed.
 */
function learnReading(detector: Detector, { timeUs, value, utcOffsetMin }: Pick<JudgedReading, 'timeUs' | 'value' | 'utcOffsetMin'>): number {
  detector.numbers[UTC_OFFSET_MIN] = utcOffsetMin
  learnChannel(detector.numbers, CHANNEL_AT, timeUs, value)
  return scoreReading(detector, timeUs, value, learned)
}

function isUnusual(detector: Detector, reading: JudgedReading, alarmScore: number): boolean {
  return learnReading(detector, reading) >= alarmScore && experienceOf(detector) >= 1
}

function follow(memory: SensorMemory, index: number, reading: JudgedReading, fired: boolean, alarms: SensorAlarms, onChange: OnChange): void {
  const settings = alarms.rules[index]
  const rule = ALARM_RULES[index]
  if (settings === undefined || rule === undefined) return
  const condition = conditionOf(memory, index)
  const { timeUs, offset, value, level } = reading
  signalOf(signal, rule, { timeUs, offset, value, level: ALERT_LEVELS[level] as AlertLevel }, fired, settings, reading.thresholds)
  if (rule === 'learned_anomaly') judgeLearned(signal, fired, learned.strength)
  else if (rule === 'bad_quality') signal.excess = -reading.quality
  if (!settings.enabled) {
    signal.over = false
    signal.clear = true
  }
  tell(memory, index, condition, followCondition(condition, signal, settings), onChange)
}

function tell(memory: SensorMemory, index: number, condition: Condition, transition: Transition | null, onChange: OnChange): void {
  if (condition.phase === INACTIVE) memory.open &= ~(1 << index)
  else memory.open |= 1 << index
  if (transition !== null) onChange(transition, ALARM_RULES[index] as AlarmRule, condition, memory, learned)
}

export function conditionOf(memory: SensorMemory, index: number): Condition {
  let condition = memory.conditions[index]
  if (condition === undefined || condition === null) memory.conditions[index] = condition = emptyCondition()
  return condition
}
