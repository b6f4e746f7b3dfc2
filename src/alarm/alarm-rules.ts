import { limitProblem } from '../contract/alarm-limits.ts'
import { ALARM_PRIORITIES } from '../contract/alarm.ts'
import type { AlarmPriority, AlarmRule } from '../contract/alarm.ts'
import { SENSOR_TYPES } from '../contract/sensor-types.ts'
import type { AlarmDefaults, AlertLevel, PatternRuleLimits, SensorType, SensorTypeSettings } from '../contract/sensor-types.ts'
import type { ConditionSettings } from './condition.ts'
import { MACHINE_LIMIT } from './machine-signal.ts'

/** How one rule of one sensor alarms. */
export interface AlarmSettings extends ConditionSettings {
  readonly enabled: boolean
  /** Null: as severe as the worst reading of the episode. */
  readonly priority: AlarmPriority | null
  /** As `LIMIT_RANGES` says; null: the sensor's own threshold, the score that the consumers are started with, or none. */
  readonly limit: number | null
  /** So far a value has to come back beyond the limit to be clear, in the sensor's unit (OPC UA's AlarmDeadband). */
  readonly deadband: number
  /** It stays when it has cleared, until an operator resets it. */
  readonly latch: boolean
}

/** What is set for a type or a sensor; undefined or null is not set. A `limit`, `priority` or `reAlarmMs` can't be taken away by one. */
export type AlarmOverride = { readonly [Name in keyof AlarmSettings]?: AlarmSettings[Name] | null }

/**
 * Where a value says by itself whether the rule fires: at a limit from below or from above. Only these have a deadband; that
 * of a rule that compares a reading with others would be about something that moves.
 */
export const LIMIT_SIDE: Readonly<Partial<Record<AlarmRule, 'high' | 'low'>>> = {
  critical_threshold_violation: 'high', warning_threshold_violation: 'high',
  low_threshold_violation: 'low', critical_low_threshold_violation: 'low',
}

/** These are off unless told: the first is said better by `consecutive_high_alerts`, the others need a limit. */
const OFF: readonly AlarmRule[] = ['warning_threshold_violation', 'low_threshold_violation', 'critical_low_threshold_violation']

/**
 * What these find is over with the next reading, so their alarms stand for a while: a sensor that spikes with every eighth reading for three
 * hours is then one alarm instead of 400.
 */
const EVENTS: readonly AlarmRule[] = ['rapid_value_change', 'baseline_deviation', 'learned_anomaly']
const EVENT_OFF_DELAY_MS = 300_000

/** Intervals of a sensor without a reading, after which its signal is stale. */
export const STALE_INTERVALS = 3

/**
 * Of a fast signal, as vibration and energy are: what EEMUA 191 and ISA-18.2 recommend for flow. Pressure has 2 % and 15 s there, temperature 1 % and
 * 60 s, level, the nearest to humidity, 5 % and 60 s. The delay is taken as off-delay alone: an on-delay would tell of everything later.
 */
const FAST_SIGNAL: AlarmDefaults = { deadbandPercent: 5, offDelayMs: 15_000 }

/** What holds where nothing is set. */
export function defaultSettings(type: SensorType, rule: AlarmRule): AlarmSettings {
  const { alarms = FAST_SIGNAL, plausible: [low, high], rules }: SensorTypeSettings = SENSOR_TYPES[type]
  const { deadbandPercent, offDelayMs } = alarms
  return {
    enabled: !OFF.includes(rule), priority: null, limit: defaultLimit(rule, rules), latch: false, onDelayMs: 0, reAlarmMs: null,
    deadband: LIMIT_SIDE[rule] === undefined ? 0 : (high - low) * deadbandPercent / 100,
    // A signal is back with one reading: there is nothing that dances on a threshold.
    offDelayMs: rule === 'stale_signal' ? 0 : EVENTS.includes(rule) ? EVENT_OFF_DELAY_MS : offDelayMs,
  }
}

function defaultLimit(rule: AlarmRule, { consecutiveHigh, rapidChange, baselineDeviation }: PatternRuleLimits): number | null {
  switch (rule) {
    case 'consecutive_high_alerts': return consecutiveHigh
    case 'rapid_value_change': return rapidChange
    case 'baseline_deviation': return baselineDeviation
    case 'stale_signal': return STALE_INTERVALS
    case 'machine_anomaly': return MACHINE_LIMIT
    default: return null
  }
}

/** The pattern rules' limits, as they are set. */
export function patternLimits(settingsOf: (rule: AlarmRule) => AlarmSettings | undefined): PatternRuleLimits {
  const limitOf = (rule: AlarmRule): number => settingsOf(rule)?.limit ?? Infinity
  return {
    consecutiveHigh: limitOf('consecutive_high_alerts'), rapidChange: limitOf('rapid_value_change'), baselineDeviation: limitOf('baseline_deviation'),
  }
}

/** The defaults, over them what is set for the type, over that what is set for the sensor. */
export function resolveSettings(type: SensorType, rule: AlarmRule, ...overrides: readonly (AlarmOverride | undefined)[]): AlarmSettings {
  let settings = defaultSettings(type, rule)
  for (const override of overrides) {
    const set = Object.entries(override ?? {}).filter(([, value]) => value !== null && value !== undefined)
    settings = { ...settings, ...Object.fromEntries(set) as Partial<AlarmSettings> }
  }
  return settings
}

/** The contract's mapping: as bad as the reading, where it is critical; else by what found it. */
export function severityOf(rule: AlarmRule, level: AlertLevel): AlarmPriority {
  if (level === 'critical' || rule === 'critical_threshold_violation' || rule === 'critical_low_threshold_violation') return 'high'
  return rule === 'consecutive_high_alerts' || rule === 'rapid_value_change' || rule === 'machine_anomaly' ? 'medium' : 'low'
}

/** 0 low, 1 medium, 2 high, as a condition keeps it. */
export function severityRank(severity: AlarmPriority): number {
  return ALARM_PRIORITIES.length - 1 - ALARM_PRIORITIES.indexOf(severity)
}

export function severityOfRank(rank: number): AlarmPriority {
  const severity = ALARM_PRIORITIES[ALARM_PRIORITIES.length - 1 - rank]
  if (severity === undefined) throw new RangeError(`there is no severity ${rank}`)
  return severity
}

const MOST_DELAY_MS = 86_400_000
const DELAYS = ['onDelayMs', 'offDelayMs', 'reAlarmMs'] as const

/** What is wrong with what somebody wants to set, for them to read; null: nothing. */
export function checkOverride(rule: AlarmRule, override: AlarmOverride): string | null {
  for (const name of DELAYS) {
    const value = override[name]
    if (value !== undefined && value !== null && !(Number.isInteger(value) && value >= 0 && value <= MOST_DELAY_MS)) {
      return `${name} must be whole milliseconds from 0 to ${MOST_DELAY_MS}`
    }
  }
  if (override.reAlarmMs === 0) return 'reAlarmMs must be more than 0'
  const { limit, deadband } = override
  if (deadband !== undefined && deadband !== null) {
    if (LIMIT_SIDE[rule] === undefined) return `${rule} compares no value with a limit, so it has no deadband`
    if (!(Number.isFinite(deadband) && deadband >= 0)) return 'deadband must be 0 or more'
  }
  return limit === undefined || limit === null ? null : limitProblem(rule, limit)
}

/** From the lowest to the highest; a limit that isn't set isn't there. */
const ORDER = [
  'critical_low_threshold_violation', 'low_threshold_violation', 'warning_threshold_violation', 'critical_threshold_violation',
] as const satisfies readonly AlarmRule[]
export type LimitRule = (typeof ORDER)[number]

/**
 * What is wrong with the limits of a sensor together: LL ≤ L < H ≤ HH, and between L and H more than both deadbands, else none of them would ever
 * clear. Null: nothing. `thresholds` are the sensor's own.
 */
export function checkLimits(
  settingsOf: (rule: LimitRule) => AlarmSettings, thresholds: { readonly warning: number, readonly critical: number },
): string | null {
  const own = { warning_threshold_violation: thresholds.warning, critical_threshold_violation: thresholds.critical }
  const limits = ORDER.flatMap((rule) => {
    const { limit, deadband } = settingsOf(rule)
    const value = limit ?? (rule in own ? own[rule as keyof typeof own] : null)
    return value === null ? [] : [{ rule, value, deadband, side: LIMIT_SIDE[rule] }]
  })
  for (const [index, upper] of limits.entries()) {
    const lower = limits[index - 1]
    if (lower === undefined) continue
    if (lower.value > upper.value) return `the limit of ${lower.rule}, ${lower.value}, must not be above that of ${upper.rule}, ${upper.value}`
    if (lower.side !== upper.side && lower.value + lower.deadband >= upper.value - upper.deadband) {
      return `between the limits of ${lower.rule} and ${upper.rule}, ${lower.value} and ${upper.value}, there must be more than their deadbands`
    }
  }
  return null
}
