import type { AlarmRule } from './alarm.ts'

/** A number that a limit may be. */
export interface LimitRange {
  /** Null: no bound. */
  readonly least: number | null
  readonly most: number | null
  readonly whole: boolean
  /** Whether `least` itself is too low. */
  readonly aboveLeast: boolean
  /** In words, after "must be". */
  readonly allowed: string
}

const range = (least: number | null, most: number | null, allowed: string, more: Partial<LimitRange> = {}): LimitRange => (
  { least, most, whole: false, aboveLeast: false, allowed, ...more })

const VALUE = range(null, null, 'a number, in the sensor\'s unit')
const DISTANCE = range(0, null, 'more than 0, in the sensor\'s unit', { aboveLeast: true })

/** The largest limit of `consecutive_high_alerts`: nobody counts further. */
export const MOST_CONSECUTIVE = 1_000

/** What the limit of each rule is of; null: the rule has none. */
export const LIMIT_RANGES: Readonly<Record<AlarmRule, LimitRange | null>> = {
  critical_threshold_violation: VALUE,
  warning_threshold_violation: VALUE,
  low_threshold_violation: VALUE,
  critical_low_threshold_violation: VALUE,
  consecutive_high_alerts: range(1, MOST_CONSECUTIVE, `readings in a row, a whole number from 1 to ${MOST_CONSECUTIVE}`, { whole: true }),
  rapid_value_change: DISTANCE,
  baseline_deviation: DISTANCE,
  learned_anomaly: range(0.1, 0.99, 'a score from 0.1 to 0.99'),
  stale_signal: range(1, 1_000, 'intervals without a reading, from 1 to 1000'),
  machine_anomaly: range(0.5, 3, 'standard deviations of all sensors together, from 0.5 to 3'),
  // Minutes and hours leave out the same readings as the alarms do, and the detector learns from the others: one quality for all of them.
  bad_quality: null,
}

/** What is wrong with the limit of a rule, for whoever sets it; null: nothing. */
export function limitProblem(rule: AlarmRule, limit: number): string | null {
  const allowed = LIMIT_RANGES[rule]
  if (allowed === null) return `${rule} has no limit`
  const { least, most, whole, aboveLeast } = allowed
  const fits = Number.isFinite(limit) && (!whole || Number.isInteger(limit)) && (most === null || limit <= most)
    && (least === null || (aboveLeast ? limit > least : limit >= least))
  return fits ? null : `limit of ${rule} must be ${allowed.allowed}`
}
