// What an alarm is, in the words of ISA-18.2 (IEC 62682) and of OPC UA Part 9.

/** What alarms are raised for. The first four are the pattern rules'. */
export const ALARM_RULES = [
  'critical_threshold_violation', 'consecutive_high_alerts', 'rapid_value_change', 'baseline_deviation',
  'warning_threshold_violation', 'low_threshold_violation', 'critical_low_threshold_violation',
  'learned_anomaly', 'machine_anomaly', 'stale_signal', 'bad_quality',
] as const
export type AlarmRule = (typeof ALARM_RULES)[number]

/** How soon an operator has to act; about 5, 15 and 80 % of all alarms are to be of them. */
export const ALARM_PRIORITIES = ['high', 'medium', 'low'] as const
export type AlarmPriority = (typeof ALARM_PRIORITIES)[number]

/** The seven states of ISA-18.2. */
export const ALARM_STATES = [
  'normal', 'unacknowledged', 'acknowledged', 'returned_unacknowledged', 'shelved', 'suppressed', 'out_of_service',
] as const
export type AlarmState = (typeof ALARM_STATES)[number]
/** It waits for somebody, also where its condition has cleared. */
export const WAITING_STATES: readonly AlarmState[] = ['unacknowledged', 'returned_unacknowledged']
/** Operators are not to be bothered with it, for a time. */
export const HIDDEN_STATES: readonly AlarmState[] = ['shelved', 'suppressed', 'out_of_service']

/** What happens to an alarm; each change of an episode is named after the one that made it. The last two happen to its sensor, and end it. */
export const ALARM_TRANSITIONS = [
  'raised', 'escalated', 'realarmed', 'cleared', 'acknowledged', 'reset', 'shelved', 'unshelved', 'shelving_expired', 'suppressed',
  'unsuppressed', 'taken_out_of_service', 'returned_to_service', 'decommissioned', 'replaced',
] as const
export type AlarmTransition = (typeof ALARM_TRANSITIONS)[number]
