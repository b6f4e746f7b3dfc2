import type { Location } from './reading.ts'
import type { AlertLevel, SensorType } from './sensor-types.ts'

export const ANOMALY_TYPES = [
  'critical_threshold_violation', 'consecutive_high_alerts', 'rapid_value_change', 'baseline_deviation',
] as const
export type AnomalyType = (typeof ANOMALY_TYPES)[number]

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

/** `raised` opens an episode: the rule fired and had not on the sensor's reading before; `continued` is each firing after it. */
export type Transition = 'raised' | 'continued'

/** The JSON value of an `alerts` message. */
export interface Alert {
  /** Unique per message, and the same whenever that message is sent again. */
  alert_id: string
  /** The time of the reading, UTC, ISO 8601. */
  timestamp: string
  sensor_id: string
  sensor_type: SensorType
  anomaly_type: AnomalyType
  severity: Severity
  sensor_value: number
  sensor_unit: string
  sensor_alert_level: AlertLevel
  location: Location
  /** The consumer that found it. */
  detected_by: string
  description: string
  /** Shared by all messages of one uninterrupted run of a rule on a sensor: the `alert_id` of the first. */
  episode_id: string
  transition: Transition
}
