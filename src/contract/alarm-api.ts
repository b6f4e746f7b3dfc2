import { Type } from 'typebox'
import type { Static, TSchema } from 'typebox'
import { ALARM_PRIORITIES, ALARM_RULES, ALARM_STATES, ALARM_TRANSITIONS } from './alarm.ts'
import { count, names, nullable, object, time } from './api-schema.ts'
import { SENSOR_TYPE_NAMES } from './sensor-types.ts'

// The part of the monitoring API that is about alarms. All times are UTC, ISO 8601 with a `Z`.

const rule = names(ALARM_RULES, 'what it is raised for')
const priority = names(ALARM_PRIORITIES, 'how soon an operator has to act')
const state = names(ALARM_STATES, 'as ISA-18.2 names them; an alarm that is over is normal')
const value = (description: string) => Type.Number({ description })
export const reason = Type.String({ minLength: 1, maxLength: 500, pattern: '^[^\\u0000]*$', description: 'why; it is recorded' })
const sensorName = nullable(Type.String({ description: 'for people; null: it goes by its id' }))
const sensorId = Type.String({ minLength: 1, maxLength: 255, pattern: '^[^\\u0000]*$', description: 'one sensor' })

// GET /api/alarms and /api/alarms/{id}

const alarmFields = {
  episode_id: Type.String({ description: 'of all messages of this alarm' }),
  sensor_id: Type.String(), sensor_name: sensorName,
  sensor_type: Type.String(), machine_id: Type.String(),
  location: object({ factory_section: Type.String(), machine_id: Type.String(), zone: Type.String() }, 'AlarmLocation'),
  rule, priority, state,
  severity: names(['low', 'medium', 'high', 'critical'], 'the highest so far'),
  condition_active: Type.Boolean({ description: 'what it is raised for is there' }),
  latched: Type.Boolean({ description: 'it stays when its condition has cleared, until it is reset' }),
  raised_at: time('when its condition was found'),
  escalated_at: nullable(time('when it became worse; null: it did not')),
  cleared_at: nullable(time('when its condition had cleared; null: it stands')),
  acknowledged_at: nullable(time('null: it is not acknowledged')),
  acknowledged_by: nullable(Type.String({ description: 'null: it is not acknowledged' })),
  ended_at: nullable(time('when nothing was left to do; null: it is open')),
  duration_ms: nullable(count('from raised to cleared; null: it stands')),
  first_value: value('that it was raised by, in unit'), last_value: value('at its newest change'),
  peak_value: value('that went farthest'), peak_at: time('when'),
  unit: Type.String(),
  readings: count('that the rule fired for'),
  description: Type.String(),
  group_id: nullable(Type.String({
    description: 'episode_id of the first alarm of this machine within its minute, of silent sensors of all machines within 5 minutes; null: not known',
  })),
  detected_by: Type.String({ description: 'consumer that found it' }),
  changed_at: time('when it was last changed'),
  shelved_until: nullable(time('null: it is not shelved, or until its condition clears')),
  shelved_by: nullable(Type.String({ description: 'null: it is not shelved' })),
  shelved_reason: nullable(Type.String({ description: 'null: it is not shelved' })),
}
export const alarmSchema = object(alarmFields, 'Alarm')
export type Alarm = Static<typeof alarmSchema>

export const alarmsSchema = object({
  alarms: Type.Array(alarmSchema),
  cursor: nullable(Type.String({ description: 'where the next page begins; null: this is the last one' })),
}, 'Alarms')
export type Alarms = Static<typeof alarmsSchema>

export const alarmEventSchema = object({
  event_id: Type.Integer({ description: 'rises with every event' }),
  transition: names(ALARM_TRANSITIONS, 'what happened'),
  state,
  announced: Type.Boolean({ description: 'there is a message of it' }),
  occurred_at: time('of the reading, or when it was done'),
  recorded_at: time('when it was stored'),
  actor: nullable(Type.String({ description: 'who did it; null: a reading, or a time that was over' })),
  reason: nullable(Type.String({ description: 'as they gave it; null: none' })),
  value: nullable(value('of the reading; null: none made it')),
  detail: nullable(Type.String({ description: 'what was found; null: nothing was' })),
}, 'AlarmEvent')
export type AlarmEventShown = Static<typeof alarmEventSchema>

export const alarmDetailSchema = object({
  ...alarmFields, events: Type.Array(alarmEventSchema, { description: 'the first 500, oldest first' }),
}, 'AlarmDetail')
export type AlarmDetail = Static<typeof alarmDetailSchema>

const largeGroupSchema = object({
  group_id: Type.String(), alarms: count('all that are open and not hidden'), unacknowledged: count('of them'), machines: count('that they are of'),
}, 'LargeGroup')
export type LargeGroup = Static<typeof largeGroupSchema>

/** The section `alarms` of the stream. */
export const openAlarmsSchema = object({
  alarms: Type.Array(alarmSchema, {
    description: 'the 200 most urgent open ones: unacknowledged first, hidden last; of each by priority, then the newest change first; of a group at '
      + 'most 10',
  }),
  counts: object({
    open: count('all of them'), unacknowledged: count('those that wait for somebody, also where the condition has cleared'),
    high: count('of those that are not hidden'), medium: count('of those that are not hidden'), low: count('of those that are not hidden'),
    shelved: count('hidden for a time'), suppressed: count('hidden with their machine'), out_of_service: count('hidden'),
  }, 'AlarmCounts'),
  large_groups: Type.Array(largeGroupSchema, { description: 'groups of more than 10, the largest first; the first 200' }),
  suppressed_machines: Type.Array(object({
    machine_id: Type.String(),
    source: names(['operator', 'calendar', 'group'], 'an operator, or of the plant\'s calendar its maintenance or a group'),
    name: Type.String({ description: 'of the maintenance or the group; of an operator\'s empty' }),
    suppressed_by: Type.String(), reason: Type.String(), suppressed_at: time('since when'),
    until: nullable(time('when it ends by itself; null: when somebody ends it, or the cause of a group has cleared')),
  }, 'SuppressedMachine'), { description: 'machines that are suppressed, each as often as something does it; the first 200' }),
  learning: object({
    sensors: count('those whose normal behaviour is learned, or being learned'), unfinished: count('of them, those of which nothing unusual is found yet'),
    percent: count('how much of it is learned of these, on average, 0 to 100'),
  }, 'LearningSensors'),
}, 'OpenAlarms')
export type OpenAlarms = Static<typeof openAlarmsSchema>

// POST /api/alarms/{id}/…, /api/alarm-groups/{id}/… and /api/machines/{id}/…

export const acknowledgeSchema = Type.Object({ comment: Type.Optional(reason) }, { additionalProperties: false })
export const shelveSchema = Type.Object({
  minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 525_600, description: 'for how long; the service has a limit of its own' })),
  one_shot: Type.Optional(Type.Boolean({ description: 'until its condition clears; instead of minutes' })),
  reason,
}, { additionalProperties: false })
export const groupAcknowledgementSchema = object({
  group_id: Type.String(), acknowledged: count('alarms that waited for somebody until now; 0 when none did'),
}, 'GroupAcknowledgement')
export type GroupAcknowledgement = Static<typeof groupAcknowledgementSchema>
export const suppressSchema = Type.Object({
  minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 525_600, description: 'for how long; absent: until somebody ends it' })),
  reason,
}, { additionalProperties: false })
export const explainedSchema = Type.Object({ reason }, { additionalProperties: false })

export const machineSuppressionSchema = object({
  machine_id: Type.String(), suppressed: Type.Boolean(), changed_alarms: count('open alarms that it hid or showed; 0 when it was so before'),
}, 'MachineSuppression')
export type MachineSuppressionAnswer = Static<typeof machineSuppressionSchema>

// GET /api/alarm-scorecard

const named = { sensor_id: Type.String(), sensor_name: sensorName, rule }
const share = object({
  alarms: count('of this priority'), percent: Type.Number({ minimum: 0 }), target_percent: Type.Number({ minimum: 0 }),
}, 'PriorityShare')

export const scorecardSchema = object({
  from: time('begin'), to: time('end, not included'), operators: Type.Integer({ minimum: 1, description: 'who share the alarms' }),
  alarms: count('that were announced; of more than 50,000 only the newest are looked at'),
  per_day: Type.Number({ description: 'for one operator' }), target_per_day: Type.Number({ description: 'that one can manage' }),
  per_10_minutes: object({ mean: Type.Number(), most: Type.Number() }, 'AlarmRate'),
  flood_percent: Type.Number({ description: 'of the 10-minute windows, those with more than 10 alarms for one operator' }),
  target_flood_percent: Type.Number(),
  floods: Type.Array(object({ from: time('begin'), to: time('end'), alarms: count('in it') }, 'AlarmFlood'), { description: 'the newest 10' }),
  standing: count('alarms whose condition is there at the end'),
  stale_count: count('of those, for more than 24 hours'),
  stale: Type.Array(object({ ...named, raised_at: time('since when') }, 'StaleAlarm'), { description: 'the oldest 10' }),
  chattering_count: count('rules of sensors with 3 transitions or more within a minute'),
  chattering: Type.Array(object({ ...named, most_per_minute: count('transitions') }, 'ChatteringAlarm'), { description: 'the worst 10' }),
  priorities: object({ high: share, medium: share, low: share }, 'PriorityShares'),
  time_zone: Type.String({ description: 'of the plant\'s calendar' }),
  shifts: Type.Array(object({
    name: nullable(Type.String({ description: 'null: outside of all shifts' })), alarms: count('raised in it'),
    hours: Type.Number({ description: 'that it ran' }), per_10_minutes: Type.Number({ description: 'for one operator' }),
  }, 'ShiftAlarms'), { description: 'by the plant\'s calendar; shifts of one name together' }),
  days: Type.Array(object({ day: Type.String({ description: 'local, such as 2026-12-25' }), alarms: count('raised on it') }, 'DayAlarms'), {
    description: 'each local day, the first and the last as far as they are asked about',
  }),
  bad_actors: Type.Array(object({
    ...named, alarms: count('of this rule of this sensor'), percent: Type.Number({ description: 'of all alarms' }),
    proposal: nullable(object({
      setting: names(['on_delay_ms', 'off_delay_ms'], 'what to set'), delay_ms: count('to what'), alarms_after: count('that there would have been with it'),
    }, 'DelayProposal')),
    deadband_proposal: nullable(object({
      deadband: Type.Number({ minimum: 0, description: 'what to set it to, in unit' }), unit: Type.String(),
      alarms_before: count('that the stored readings around the newest alarms raise now'), alarms_after: count('that they would raise with it'),
    }, 'DeadbandProposal')),
  }, 'BadActor'), { description: 'the 10 that raised most; a deadband is proposed where it does as well as the delay, or better' }),
}, 'AlarmScorecard')
export type AlarmScorecard = Static<typeof scorecardSchema>

// GET and PUT /api/alarm-settings

const MOST_DELAY_MS = 86_400_000
const delay = (description: string) => Type.Integer({ minimum: 0, maximum: MOST_DELAY_MS, description })
const settingFields = {
  enabled: Type.Boolean(),
  priority,
  limit: Type.Number({
    description: 'of a threshold rule a value in the sensor\'s unit; of consecutive_high_alerts readings in a row, 1 to 1000; of rapid_value_change '
      + 'a step, and of baseline_deviation a distance, in the sensor\'s unit, more than 0; of learned_anomaly a score, 0.1 to 0.99; of stale_signal '
      + 'intervals without a reading, 1 to 1000; of machine_anomaly standard deviations of all sensors together, 0.5 to 3. bad_quality has none',
  }),
  deadband: Type.Number({ minimum: 0, description: 'of a threshold rule: so far back beyond the limit is clear, in the sensor\'s unit' }),
  on_delay_ms: delay('so long it must be there before it is raised'),
  off_delay_ms: delay('so long it must be gone before it is cleared'),
  re_alarm_ms: Type.Integer({ minimum: 1, maximum: MOST_DELAY_MS, description: 'it is raised again when it stands for so long' }),
  latch: Type.Boolean({ description: 'it stays until it is reset' }),
}
type AllOptional<T extends Record<string, TSchema>> = { [Name in keyof T]: ReturnType<typeof Type.Optional<T[Name]>> }
const optional = <T extends Record<string, TSchema>>(fields: T) => (
  Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, Type.Optional(schema)])) as AllOptional<T>)

const scope = {
  sensor_type: Type.Optional(names(SENSOR_TYPE_NAMES, 'all sensors of this type')),
  sensor_id: Type.Optional(sensorId),
}
export const newSettingSchema = Type.Object({ ...scope, rule, ...optional(settingFields), reason }, { additionalProperties: false })
export type NewSetting = Static<typeof newSettingSchema>
export const undoSettingSchema = Type.Object({ ...scope, rule, reason }, { additionalProperties: false })
export type UndoSetting = Static<typeof undoSettingSchema>

export const settingSchema = object({
  setting_id: Type.Integer({ description: 'rises with every change' }),
  sensor_type: nullable(Type.String({ description: 'null: it is of one sensor' })),
  sensor_id: nullable(Type.String({ description: 'null: it is of a type' })),
  rule,
  enabled: nullable(Type.Boolean({ description: 'null here and below: not set' })), priority: nullable(priority),
  limit: nullable(settingFields.limit), deadband: nullable(settingFields.deadband), on_delay_ms: nullable(settingFields.on_delay_ms),
  off_delay_ms: nullable(settingFields.off_delay_ms), re_alarm_ms: nullable(settingFields.re_alarm_ms), latch: nullable(settingFields.latch),
  changed_by: Type.String(), reason: Type.String(), changed_at: time('when'),
  undo: Type.Boolean({ description: 'it went back to what was before' }),
}, 'AlarmSetting')
export type AlarmSetting = Static<typeof settingSchema>

export const effectiveSettingSchema = object({
  sensor_type: Type.String(), rule,
  enabled: Type.Boolean(), priority: nullable({ ...priority, description: 'null: as severe as its worst reading' }),
  limit: nullable({ ...settingFields.limit, description: 'null: the sensor\'s own threshold, or none' }),
  deadband: settingFields.deadband, on_delay_ms: settingFields.on_delay_ms, off_delay_ms: settingFields.off_delay_ms,
  re_alarm_ms: nullable({ ...settingFields.re_alarm_ms, description: 'null: never' }), latch: settingFields.latch,
}, 'EffectiveAlarmSetting')
export type EffectiveAlarmSetting = Static<typeof effectiveSettingSchema>

export const settingsSchema = object({
  types: Type.Array(effectiveSettingSchema, { description: 'what holds for a sensor for which nothing else is set, by type and rule' }),
  set: Type.Array(settingSchema, { description: 'what was set, newest first: of each type or sensor and rule the newest' }),
}, 'AlarmSettings')
export type AlarmSettingsAnswer = Static<typeof settingsSchema>

// POST /api/what-if

export const whatIfSchema = Type.Object({
  sensor_type: scope.sensor_type,
  sensors: Type.Optional(Type.Array(sensorId, { minItems: 1, maxItems: 100 })),
  from: Type.String({ format: 'date-time', description: 'begin of the readings' }),
  to: Type.String({ format: 'date-time', description: 'their end, not included' }),
  settings: Type.Array(Type.Object({ rule, ...optional(settingFields) }, { additionalProperties: false }), { minItems: 1, maxItems: 20 }),
  detector: Type.Optional(names(['full', 'lite'], 'the detector that is tried for learned_anomaly; absent: the one that is in use')),
}, { additionalProperties: false })
export type WhatIf = Static<typeof whatIfSchema>

const episode = object({
  sensor_id: Type.String(), rule, raised_at: time('when'), cleared_at: nullable(time('null: it stands at the end')), peak_value: Type.Number(),
  later_ms: nullable(Type.Integer({ description: 'below 0: earlier; null: not moved' })),
}, 'WhatIfEpisode')
export const whatIfAnswerSchema = object({
  summary: Type.String({ description: 'such as "41 alarms become 3: 38 are one with another; one comes 4 s later; none is lost"' }),
  sensors: count('that were looked at'), readings: count('that were looked at'),
  before: count('alarms with the settings of now'), after: count('alarms with those that were asked for'),
  rules: Type.Array(object({ rule, before: count('as above'), after: count('as above') }, 'WhatIfRule'), {
    description: 'the same by rule, of those that raise any',
  }),
  joined: count('alarms of now that would be one with another'),
  gone: Type.Array(episode, { description: 'alarms at whose time there would be none; the first 100' }), gone_count: count('all of them'),
  added: Type.Array(episode, { description: 'alarms at whose time there is none now; the first 100' }), added_count: count('all of them'),
  shifted: Type.Array(episode, { description: 'alarms that would come at another time; the first 100' }), shifted_count: count('all of them'),
  learning: nullable(object({
    readings: count('before from, that the detectors learned from'),
    shortest_ms: count('how long before from they begin, of the sensor of which least was read'),
    believed_sensors: count('whose detector was believed at from; that of another raises nothing until it is'),
  }, 'WhatIfLearning')),
}, 'WhatIfAnswer')
export type WhatIfAnswer = Static<typeof whatIfAnswerSchema>
