import type { AlarmRule, AlarmTransition } from './alarm.ts'
import type { Location } from './reading.ts'
import type { AlertLevel, SensorType } from './sensor-types.ts'

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

/** The JSON value of an `alerts` message. */
export interface Alert {
  /** Unique per message, and the same whenever that message is sent again. */
  alert_id: string
  /** The time of the reading; where none made the change, when it was made. UTC, ISO 8601. */
  timestamp: string
  sensor_id: string
  sensor_type: SensorType
  /** The rule of the alarm. */
  anomaly_type: AlarmRule
  severity: Severity
  sensor_value: number
  sensor_unit: string
  sensor_alert_level: AlertLevel
  location: Location
  /** The consumer that found it, or the person who did it. */
  detected_by: string
  description: string
  /** Shared by all messages of one alarm: the `alert_id` of the one that raised it, unless it was hidden from the operators then. */
  episode_id: string
  /** What happened to it. */
  transition: AlarmTransition
}
