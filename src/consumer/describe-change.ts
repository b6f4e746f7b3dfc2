import { LIMIT_SIDE } from '../alarm/alarm-rules.ts'
import type { AlarmSettings } from '../alarm/alarm-rules.ts'
import type { Condition, ConditionChange } from '../alarm/condition.ts'
import type { AlarmRule } from '../contract/alarm.ts'
import { duration, explain } from '../detect/learned/reason.ts'
import type { Result } from '../detect/learned/score-reading.ts'
import { RULES, describeRule } from '../detect/rules.ts'
import type { PatternRule } from '../detect/rules.ts'
import type { JudgedReading } from './scoring.ts'
import type { SensorMemory } from './sensor-memory.ts'

/** What has happened, for the operator, in the sensor's unit. */
export function describeChange(
  transition: ConditionChange, rule: AlarmRule, condition: Condition, memory: SensorMemory, reading: JudgedReading, unit: string,
  settings: AlarmSettings, learned: Result,
): string {
  if (transition === 'cleared') return describeEnd(rule, condition, reading, unit)
  const { value, quality, thresholds } = reading
  const now = `${round(value)} ${unit}`
  if (rule === 'learned_anomaly') return memory.detector === null ? now : explain(memory.detector, learned, value, unit)
  if (rule === 'bad_quality') return `quality ${round(quality)} of 1; its readings raise no alarm of the process`
  const side = LIMIT_SIDE[rule]
  if (side !== undefined && (rule !== 'critical_threshold_violation' || settings.limit !== null)) {
    return `${now}, ${side === 'high' ? 'at or above' : 'at or below'} ${round(settings.limit ?? thresholds.warning)} ${unit}`
  }
  if (!(RULES as readonly AlarmRule[]).includes(rule)) return now
  return describeRule(rule as PatternRule, memory.rules, value, unit, thresholds.critical, settings.limit)
}

/** As of the moment at which it was noticed. */
export function describeSilence({ heardMs, intervalUs }: SensorMemory, nowMs: number): string {
  return `no reading for ${duration((nowMs - heardMs) * 1000)}; usually one every ${duration(intervalUs)}`
}

/** Of a condition that is over for another reason than what is measured. */
export function describeEnded(why: string, { raisedUs }: Condition, nowMs: number): string {
  return `${why}; it stood for ${duration(Math.max(0, nowMs * 1000 - raisedUs))}`
}

function describeEnd(rule: AlarmRule, condition: Condition, { value, timeUs }: JudgedReading, unit: string): string {
  const lasted = duration(Math.max(0, timeUs - condition.raisedUs))
  if (rule === 'stale_signal') return `readings come again, after ${lasted}`
  const readings = `${condition.readings} ${condition.readings === 1 ? 'reading' : 'readings'}`
  if (rule === 'bad_quality') return `good again after ${lasted} and ${readings}`
  return `back to ${round(value)} ${unit} after ${lasted} and ${readings}; worst ${round(condition.peak)} ${unit}`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
