import { MOST_CONSECUTIVE } from '../contract/alarm-limits.ts'
import type { AlarmRule } from '../contract/alarm.ts'
import type { AlertLevel, PatternRuleLimits } from '../contract/sensor-types.ts'

/** So many readings before the newest make its baseline. */
export const BASELINE_READINGS = 4

/** The order in which the rules are applied: rule `n` is bit `n` of what fired. */
export const RULES = [
  'critical_threshold_violation', 'consecutive_high_alerts', 'rapid_value_change', 'baseline_deviation',
] as const satisfies readonly AlarmRule[]
export type PatternRule = (typeof RULES)[number]

/** All that the rules remember of one sensor of one partition: a constant size, whatever the sensor did. */
export interface RuleMemory {
  /** The last values, oldest first; at most `BASELINE_READINGS`. In the sensor's unit. */
  readonly values: number[]
  /** Readings in a row at warning or above, at most `MOST_CONSECUTIVE`: not only up to a limit, which may be set higher meanwhile. */
  consecutiveHigh: number
}

export function emptyMemory(): RuleMemory {
  return { values: [], consecutiveHigh: 0 }
}

/**
 * Applies the seed's four pattern rules to one reading; `remember` it afterwards. Returns which of them fire, one bit each in the order of
 * `RULES`: an array would be the only object that most readings make. The same readings give the same bits.
 */
export function applyRules(memory: RuleMemory, value: number, level: AlertLevel, limits: PatternRuleLimits): number {
  memory.consecutiveHigh = level === 'normal' ? 0 : Math.min(memory.consecutiveHigh + 1, MOST_CONSECUTIVE)
  return (level === 'critical' ? 1 : 0)
    | (memory.consecutiveHigh >= limits.consecutiveHigh ? 2 : 0)
    | (Math.abs(stepTo(memory, value)) > limits.rapidChange ? 4 : 0)
    | (Math.abs(value - baselineOf(memory, value)) > limits.baselineDeviation ? 8 : 0)
}

/** Takes the reading into the memory; apart from `applyRules`, so that what fired can still be described by what was before. */
export function remember({ values }: RuleMemory, value: number): void {
  if (values.length === BASELINE_READINGS) values.shift()
  values.push(value)
}

/** What happened, for the operator, in the sensor's unit; `limit` is the rule's own. Asked after `applyRules` and before `remember`. */
export function describeRule(
  rule: PatternRule, memory: RuleMemory, value: number, unit: string, criticalThreshold: number, limit: number | null,
): string {
  const now = `${round(value)} ${unit}`
  switch (rule) {
    case 'critical_threshold_violation': return `${now}, critical from ${round(criticalThreshold)} ${unit}`
    case 'consecutive_high_alerts': return `${limit} readings or more in a row at warning or above, now ${now}`
    case 'rapid_value_change': {
      const step = stepTo(memory, value)
      return `${step > 0 ? 'rose' : 'fell'} by ${round(Math.abs(step))} ${unit} in one reading, to ${now}`
    }
    case 'baseline_deviation': {
      const baseline = baselineOf(memory, value)
      const distance = `${round(Math.abs(value - baseline))} ${unit} ${value > baseline ? 'above' : 'below'}`
      return `${now}, ${distance} its baseline of ${round(baseline)} ${unit}`
    }
  }
}

function stepTo({ values }: RuleMemory, value: number): number {
  const previous = values.at(-1)
  return previous === undefined ? 0 : value - previous
}

function baselineOf({ values }: RuleMemory, value: number): number {
  if (values.length < BASELINE_READINGS) return value
  let sum = 0
  for (const each of values) sum += each
  return sum / values.length
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
