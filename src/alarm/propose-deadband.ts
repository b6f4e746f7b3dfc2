import type { AlarmRule } from '../contract/alarm.ts'
import { SENSOR_TYPES } from '../contract/sensor-types.ts'
import type { SensorType, Thresholds } from '../contract/sensor-types.ts'
import type { AlarmSettings } from './alarm-rules.ts'
import { LIMIT_SIDE } from './alarm-rules.ts'
import { leastThatHelps } from './least-that-helps.ts'
import type { Interval } from './propose-delay.ts'
import { replayReadings } from './replay.ts'
import type { ReplaySettings, ReplayedReading, ReplayedRule } from './replay.ts'

/** A deadband for an alarm that comes too often, with the effect that it would have had on the readings that were looked at. */
export interface DeadbandProposal {
  /** In the sensor's unit. */
  readonly deadband: number
  readonly alarmsBefore: number
  readonly alarmsAfter: number
}

/** A rule that is replayed by itself. */
export interface LimitAlarm {
  readonly type: SensorType
  readonly rule: ReplayedRule
  readonly thresholds: Thresholds
  /** As they are set now. */
  readonly settings: ReplaySettings
}

/** Of the plausible range, to be chosen from; one that is wider would hide that a value is back. */
const TRIED_PERCENT = [1, 2, 3, 5, 7.5, 10]

/**
 * The smallest deadband that would have joined most of the alarms that these readings raise; null: none would have spared a fifth. Each
 * stretch of readings is in order, and begins without an alarm.
 */
export function proposeDeadband(
  { type, rule, thresholds, settings }: LimitAlarm, stretches: readonly (readonly ReplayedReading[])[],
): DeadbandProposal | null {
  const now = settings[rule]
  const alarmsWith = (deadband: number): number => {
    const tried = alone(settings, rule, { ...now, deadband })
    return stretches.reduce((sum, readings) => sum + replayReadings(readings, thresholds, tried).length, 0)
  }
  const [low, high] = SENSOR_TYPES[type].plausible
  const deadbands = TRIED_PERCENT.map((percent) => Number(((high - low) * percent / 100).toPrecision(2)))
    .filter((deadband) => deadband > now.deadband)
  const alarmsBefore = alarmsWith(now.deadband)
  return leastThatHelps(alarmsBefore, deadbands.map((deadband) => ({ deadband, alarmsBefore, alarmsAfter: alarmsWith(deadband) })))
}

export function hasDeadband(rule: AlarmRule): rule is ReplayedRule {
  return LIMIT_SIDE[rule] !== undefined
}

function alone(settings: ReplaySettings, rule: ReplayedRule, own: AlarmSettings): ReplaySettings {
  const off = Object.entries(settings).map(([name, each]) => [name, { ...each, enabled: false }])
  return { ...Object.fromEntries(off) as ReplaySettings, [rule]: { ...own, enabled: true } }
}

/** So much before and after an alarm is looked at; what comes again later would not be joined by a deadband either. */
const MARGIN_MS = 300_000

/** The times around these alarms, each once: the newest first. `nowMs`: until when those that stand are looked at. */
export function stretchesAround(own: readonly Interval[], nowMs: number): { readonly fromMs: number, readonly toMs: number }[] {
  const stretches: { fromMs: number, toMs: number }[] = []
  for (const { raisedMs, clearedMs } of own.toSorted((a, b) => a.raisedMs - b.raisedMs)) {
    const [fromMs, toMs] = [raisedMs - MARGIN_MS, Math.min(nowMs, (clearedMs ?? nowMs) + MARGIN_MS)]
    const last = stretches.at(-1)
    if (last !== undefined && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs)
    else stretches.push({ fromMs, toMs })
  }
  return stretches.toReversed()
}
