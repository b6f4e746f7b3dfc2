/**
 * The sensor types of the plant, one entry each: adding a type is adding an entry here.
 * The simulator, the validator, the thresholds' environment variables and the pattern rules all read this table.
 */
export interface SensorTypeSettings {
  readonly unit: string
  /** Mean of a healthy signal, in `unit`. */
  readonly base: number
  /** A reading at or above it is a warning, in `unit`. */
  readonly warning: number
  /** A reading at or above it is critical, in `unit`. */
  readonly critical: number
  readonly samplingIntervalS: number
  /** What the simulator stays within; a real reading outside it is stored, never rejected. */
  readonly plausible: readonly [low: number, high: number]
  readonly rules: PatternRuleLimits
  /** How slow the signal is, for its alarms; where nothing is said it is a fast one. */
  readonly alarms?: AlarmDefaults
}

/** Where EEMUA 191 and ISA-18.2 recommend to begin, by kind of signal. */
export interface AlarmDefaults {
  /** Of the plausible range, %: so far back beyond its limit a value is clear. */
  readonly deadbandPercent: number
  /** So long an alarm stands after it is clear. */
  readonly offDelayMs: number
}

export interface PatternRuleLimits {
  /** So many readings in a row at warning or above raise `consecutive_high_alerts`. */
  readonly consecutiveHigh: number
  /** A step from one reading to the next larger than this raises `rapid_value_change`, in `unit`. */
  readonly rapidChange: number
  /** A distance from the mean of the four readings before larger than this raises `baseline_deviation`, in `unit`. */
  readonly baselineDeviation: number
}

export const SENSOR_TYPES = {
  temperature: {
    unit: '°C', base: 25, warning: 35, critical: 40, samplingIntervalS: 3, plausible: [15, 45],
    rules: { consecutiveHigh: 3, rapidChange: 10, baselineDeviation: 15 }, alarms: { deadbandPercent: 1, offDelayMs: 60_000 },
  },
  vibration: {
    unit: 'mm/s', base: 2, warning: 5, critical: 7, samplingIntervalS: 4, plausible: [0.5, 8],
    rules: { consecutiveHigh: 2, rapidChange: 3, baselineDeviation: 2 },
  },
  energy: {
    unit: 'kW', base: 100, warning: 150, critical: 180, samplingIntervalS: 10, plausible: [50, 200],
    rules: { consecutiveHigh: 3, rapidChange: 50, baselineDeviation: 40 },
  },
  humidity: {
    unit: '%', base: 45, warning: 60, critical: 65, samplingIntervalS: 5, plausible: [30, 70],
    rules: { consecutiveHigh: 4, rapidChange: 15, baselineDeviation: 20 }, alarms: { deadbandPercent: 5, offDelayMs: 60_000 },
  },
  pressure: {
    unit: 'hPa', base: 1013.25, warning: 1040, critical: 1045, samplingIntervalS: 5, plausible: [980, 1050],
    rules: { consecutiveHigh: 3, rapidChange: 20, baselineDeviation: 30 }, alarms: { deadbandPercent: 2, offDelayMs: 15_000 },
  },
} as const satisfies Record<string, SensorTypeSettings>

export type SensorType = keyof typeof SENSOR_TYPES

export const SENSOR_TYPE_NAMES = Object.keys(SENSOR_TYPES) as SensorType[]

export interface Thresholds {
  /** In the unit of the sensor. */
  readonly warning: number
  readonly critical: number
}

export const ALERT_LEVELS = ['normal', 'warning', 'critical'] as const
export type AlertLevel = (typeof ALERT_LEVELS)[number]

export function alertLevelOf(value: number, thresholds: Thresholds): AlertLevel {
  if (value >= thresholds.critical) return 'critical'
  return value >= thresholds.warning ? 'warning' : 'normal'
}
