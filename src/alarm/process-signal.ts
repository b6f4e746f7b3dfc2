import type { AlarmRule } from '../contract/alarm.ts'
import type { AlertLevel, Thresholds } from '../contract/sensor-types.ts'
import { LIMIT_SIDE, severityOf, severityRank } from './alarm-rules.ts'
import type { AlarmSettings } from './alarm-rules.ts'
import { judgeLimit } from './limit-signal.ts'

/** One reading, as the rules see it. */
export interface JudgedReading {
  /** Microseconds since 1970. */
  readonly timeUs: number
  readonly offset: number
  readonly value: number
  readonly level: AlertLevel
}

/** A signal that is written over with each reading. */
export interface MutableSignal {
  timeUs: number
  offset: number
  value: number
  excess: number
  severity: number
  over: boolean
  clear: boolean
}

export function emptySignal(): MutableSignal {
  return { timeUs: 0, offset: 0, value: 0, excess: 0, severity: 0, over: false, clear: true }
}

/**
 * What a reading of good quality says of a process rule, written into `signal`. `fired`: what the detector says of the rules that compare readings.
 * The critical rule without a limit of its own goes by the level that the reading came with, and clears by the sensor's threshold.
 */
export function signalOf(
  signal: MutableSignal, rule: AlarmRule, reading: JudgedReading, fired: boolean, settings: AlarmSettings, thresholds: Thresholds,
): void {
  const { timeUs, offset, value, level } = reading
  const side = LIMIT_SIDE[rule]
  signal.timeUs = timeUs
  signal.offset = offset
  signal.value = value
  signal.severity = severityRank(settings.priority ?? severityOf(rule, level))
  if (side === undefined) {
    signal.over = fired
    signal.clear = !fired
    // Of a distance there is no worse side; the farthest from 0 would be one only by chance. The highest value is what is shown.
    signal.excess = value
    return
  }
  const limit = settings.limit ?? thresholdOf(rule, thresholds)
  if (limit === null) {
    signal.over = false
    signal.clear = true
    signal.excess = 0
    return
  }
  const verdict = judgeLimit(side, value, limit, settings.deadband)
  const byLevel = rule === 'critical_threshold_violation' && settings.limit === null
  signal.over = byLevel ? level === 'critical' : verdict.over
  signal.clear = !signal.over && verdict.clear
  signal.excess = verdict.excess
}

function thresholdOf(rule: AlarmRule, { warning, critical }: Thresholds): number | null {
  if (rule === 'critical_threshold_violation') return critical
  return rule === 'warning_threshold_violation' ? warning : null
}
