import type { AlarmRule, AlarmTransition } from './alarm.ts'
import type { Location } from './reading.ts'
import type { AlertLevel, SensorType } from './sensor-types.ts'

/** What the pattern rules find. */
export const ANOMALY_TYPES = [
  'critical_threshold_violation', 'consecutive_high_alerts', 'rapid_value_change', 'baseline_deviation',
] as const
export type AnomalyType = (typeof ANOMALY_TYPES)[number]

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

/** What the message is about: a change of an alarm. `continued` is of a release before alarms were episodes: each firing after the first. */
export type Transition = AlarmTransition | 'continued'

/** The JSON value of an `alerts` message. */
export interface Alert {
  /** Unique per message, and the same whenever that message is sent again. */
  alert_id: string
  /** The time of the reading, UTC, ISO 8601; where none made the change, when it was made. */
  timestamp: string
  sensor_id: string
  sensor_type: SensorType
  anomaly_type: AlarmRule
  severity: Severity
  sensor_value: number
  sensor_unit: string
  sensor_alert_level: AlertLevel
  location: Location
  /** The consumer that found it. */
  detected_by: string
  description: string
  /** Shared by all messages of one alarm: the `alert_id` of the one that raised it, unless it was hidden from the operators then. */
  episode_id: string
  transition: Transition
}
