import type { AnomalyType, Severity } from '../contract/alert.ts'
import type { AlertLevel, PatternRuleLimits } from '../contract/sensor-types.ts'

/** So many readings before the newest make its baseline. */
export const BASELINE_READINGS = 4
/** What is not over: no reading has fired the rule since one that didn't. */
export const NO_EPISODE = -1

/** The order in which the rules are applied, and their places in `SensorMemory.episodes`. */
export const RULES = [
  'critical_threshold_violation', 'consecutive_high_alerts', 'rapid_value_change', 'baseline_deviation',
] as const satisfies readonly AnomalyType[]

/** All that the rules remember of one sensor of one partition: a constant size, whatever the sensor did. */
export interface SensorMemory {
  /** The last values, oldest first; at most `BASELINE_READINGS`. In the sensor's unit. */
  readonly values: number[]
  /** Readings in a row at warning or above. */
  consecutiveHigh: number
  /** By rule: the Kafka offset of the reading that opened the running episode, or `NO_EPISODE`. */
  readonly episodes: number[]
}

export interface Finding {
  readonly rule: AnomalyType
  readonly severity: Severity
  /** What happened, for the operator, in the sensor's unit. */
  readonly description: string
  /** Kafka offset of the reading that opened the episode; this reading's own when it is the first. */
  readonly episodeOffset: number
}

export interface ScoredReading {
  readonly offset: number
  readonly value: number
  readonly unit: string
  readonly level: AlertLevel
  readonly criticalThreshold: number
}

export function emptyMemory(): SensorMemory {
  return { values: [], consecutiveHigh: 0, episodes: RULES.map(() => NO_EPISODE) }
}

const NONE: readonly Finding[] = []

/** Applies the seed's four pattern rules to one reading and takes it into the memory. The same readings give the same findings. */
export function applyRules(memory: SensorMemory, reading: ScoredReading, limits: PatternRuleLimits): readonly Finding[] {
  const { values } = memory
  const { value, level } = reading
  memory.consecutiveHigh = level === 'normal' ? 0 : Math.min(memory.consecutiveHigh + 1, limits.consecutiveHigh)

  const previous = values.at(-1)
  const step = previous === undefined ? 0 : value - previous
  const baseline = values.length < BASELINE_READINGS ? value : mean(values)
  // One bit a rule, in the order of RULES: an array would be the only object that most readings make.
  const fired = (level === 'critical' ? 1 : 0)
    | (memory.consecutiveHigh >= limits.consecutiveHigh ? 2 : 0)
    | (Math.abs(step) > limits.rapidChange ? 4 : 0)
    | (Math.abs(value - baseline) > limits.baselineDeviation ? 8 : 0)

  let findings: Finding[] | undefined
  for (let rule = 0; rule < RULES.length; rule++) {
    if ((fired & (1 << rule)) === 0) {
      memory.episodes[rule] = NO_EPISODE
      continue
    }
    if (memory.episodes[rule] === NO_EPISODE) memory.episodes[rule] = reading.offset
    const name = RULES[rule] as AnomalyType
    findings ??= []
    findings.push({
      rule: name, severity: severityOf(name, level), episodeOffset: memory.episodes[rule] as number,
      description: describe(name, reading, limits, step, baseline),
    })
  }

  if (values.length === BASELINE_READINGS) values.shift()
  values.push(value)
  return findings ?? NONE
}

function mean(values: readonly number[]): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}

function severityOf(rule: AnomalyType, level: AlertLevel): Severity {
  if (level === 'critical') return 'high'
  return rule === 'consecutive_high_alerts' || rule === 'rapid_value_change' ? 'medium' : 'low'
}

function describe(rule: AnomalyType, reading: ScoredReading, limits: PatternRuleLimits, step: number, baseline: number): string {
  const { unit } = reading
  const now = `${round(reading.value)} ${unit}`
  switch (rule) {
    case 'critical_threshold_violation': return `${now}, critical from ${round(reading.criticalThreshold)} ${unit}`
    case 'consecutive_high_alerts': return `${limits.consecutiveHigh} readings or more in a row at warning or above, now ${now}`
    case 'rapid_value_change': return `${step > 0 ? 'rose' : 'fell'} by ${round(Math.abs(step))} ${unit} in one reading, to ${now}`
    case 'baseline_deviation': {
      const distance = `${round(Math.abs(reading.value - baseline))} ${unit} ${reading.value > baseline ? 'above' : 'below'}`
      return `${now}, ${distance} its baseline of ${round(baseline)} ${unit}`
    }
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
