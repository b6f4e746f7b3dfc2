import { Type } from 'typebox'
import type { Static } from 'typebox'
import { reason } from './alarm-api.ts'
import { count, names, nullable, object, time } from './api-schema.ts'
import { ALARM_PRIORITIES } from './alarm.ts'
import { MAX_NAME_LENGTH } from './reading.ts'
import { ALERT_LEVELS } from './sensor-types.ts'
import { SENSOR_EVENTS, SENSOR_STATUSES } from './sensor.ts'

// The part of the monitoring API that tells of sensors and of what they measured. All times are UTC, ISO 8601 with a `Z`.

/** How fine what is kept is: each reading, or what those of a minute or an hour come to. */
export const HISTORY_LEVELS = ['raw', 'minute', 'hour'] as const
export type HistoryLevel = typeof HISTORY_LEVELS[number]

const sensorStatus = names(SENSOR_STATUSES,
  'active while the newest reading is younger than three of the sensor\'s own intervals (5 s at least) and the 15 s that it may take '
  + 'to get here); decommissioned: it is out of the plant, and raises no alarm')
const name = (description: string) => nullable(Type.String({ description }))
const values = (description: string) => Type.Record(Type.String(), nullable(Type.String()), { description })
const limit = (description: string) => nullable(Type.Number({ description: `${description}, in its unit; null: there is none` }))
const location = object({
  factory_section: name('null: not told'), zone: name('null: not told'), machine_id: name('null: not told'),
}, 'SensorLocation')

// GET /api/sensors and /api/sensors/{id}

const sensorFields = {
  sensor_id: Type.String(),
  name: name('for people; null: it goes by its id'),
  serial: name('of the device in its place; null: not told'),
  sends_as: Type.Array(Type.String(), { description: 'other ids under which its readings come' }),
  sensor_type: Type.String(),
  location,
  unit: name('null: no reading of it was rolled up yet'),
  status: sensorStatus,
  sending: Type.Boolean({ description: 'readings come, as with an active one; a decommissioned one may still send' }),
  newest_at: nullable(time('time of its newest reading; null: none was rolled up yet')),
  value: nullable(Type.Number({ description: 'its newest reading, in its unit' })),
  alert_level: nullable(names(ALERT_LEVELS, 'of the newest reading')),
  quality: nullable(Type.Number({ description: 'of the newest reading, 0 to 1; null: not told' })),
  readings: count('stored, of all time'),
  interval_ms: nullable(Type.Integer({ description: 'from one reading to the next, milliseconds; null: not known yet' })),
  warning_threshold: nullable(Type.Number({ description: 'its own limit, in its unit; null: it has none' })),
  critical_threshold: nullable(Type.Number({ description: 'its own limit, in its unit; null: it has none' })),
  learned: nullable(Type.Number({
    minimum: 0, maximum: 1, description: 'how much of what is normal for it is learned: no anomaly is found before 1; null: nothing is',
  })),
  expected: nullable(Type.Number({ description: 'what its detector expected when it was last stored, in its unit; null: not known' })),
  band_low: nullable(Type.Number({ description: 'readings are seldom below it; null: not known' })),
  band_high: nullable(Type.Number({ description: 'readings are seldom above it; null: not known' })),
  open_alarms: count('of it'),
  alarm_priority: nullable(names(ALARM_PRIORITIES, 'the highest of its open alarms; null: there is none')),
}
export const sensorSchema = object(sensorFields, 'Sensor')
export type Sensor = Static<typeof sensorSchema>

export const sensorsSchema = object({
  sensors: Type.Array(sensorSchema, { description: 'by sensor_id' }),
  total: count('sensors that fit, on all pages'),
  cursor: nullable(Type.String({ description: 'where the next page begins; null: this is the last one' })),
}, 'Sensors')
export type Sensors = Static<typeof sensorsSchema>

export const sensorDetailSchema = object({
  ...sensorFields,
  registered_at: time('when its first reading came'),
  replaced_at: nullable(time('when its device was replaced last; null: never')),
  status_changed_at: nullable(time('when it was decommissioned or recommissioned last; null: never')),
  limits: object({
    critical: limit('of critical_threshold_violation where that is enabled and has one, else the threshold at or above which readings are critical'),
    warning: limit('of warning_threshold_violation where that is enabled and has one, else the threshold at or above which readings are a warning'),
    low: limit('of low_threshold_violation where that is enabled: readings at or below it raise its alarm'),
    critical_low: limit('of critical_low_threshold_violation where that is enabled: readings at or below it raise its alarm'),
  }, 'SensorLimits'),
  events: Type.Array(object({
    event_id: Type.Integer({ description: 'rises with every event' }),
    event: names(SENSOR_EVENTS, 'what was done'),
    occurred_at: time('when'),
    actor: Type.String({ description: 'who did it' }),
    reason: Type.String({ description: 'as they gave it' }),
    old_values: values('what it was before'),
    new_values: values('what it is since'),
  }, 'SensorEvent'), { description: 'what people did to it: the last 200, newest first' }),
}, 'SensorDetail')
export type SensorDetail = Static<typeof sensorDetailSchema>
export type SensorEventShown = SensorDetail['events'][number]

// PATCH /api/sensors/{id} and POST /api/sensors/{id}/…

/** No character that isn't shown, and no space at its ends. */
const printed = '^[^\\u0000-\\u0020]([^\\u0000-\\u001f]*[^\\u0000-\\u0020])?$'

export const renameSchema = Type.Object({
  name: nullable(Type.String({ minLength: 1, maxLength: 100, pattern: printed, description: 'for people; null takes it away' })), reason,
}, { additionalProperties: false })
export const replaceSchema = Type.Object({
  serial: Type.String({ minLength: 1, maxLength: 100, pattern: printed, description: 'of the new device' }),
  sends_as: Type.Optional(Type.String({
    minLength: 1, maxLength: MAX_NAME_LENGTH, pattern: '^[^\\u0000]*$',
    description: 'sensor_id in the messages of the new device, where it is another one',
  })),
  reason,
}, { additionalProperties: false })

// GET /api/sensors/{id}/history

export const historySchema = object({
  sensor_id: Type.String(),
  unit: name('null: no reading of it was rolled up yet'),
  level: names(HISTORY_LEVELS, 'what the points are made of'),
  step_ms: nullable(Type.Integer({ description: 'how much time each point covers; null: each point is what was read at one moment' })),
  from: time('begin of what is covered'),
  to: time('its end, not included'),
  points: Type.Array(object({
    time: time('begin of what the point covers'),
    readings: count('how many it is made of'),
    min: Type.Number(),
    max: Type.Number(),
    mean: Type.Number(),
    last: Type.Number({ description: 'the newest of them' }),
    worst_level: names(ALERT_LEVELS, 'worst alert level among them'),
    bad_quality: count('readings of a quality below 0.5 in its time; the point is made of them only where there are no others'),
    good: Type.Boolean({ description: 'it is made of readings of a good quality, or of what was rolled up of them' }),
  }, 'HistoryPoint'), { description: 'by time; where nothing was read there is no point' }),
}, 'History')
export type History = Static<typeof historySchema>

// GET /api/machines

export const machinesSchema = object({
  machines: Type.Array(object({
    ...location.properties,
    status: names(['active', 'inactive'], 'active while one of its sensors is'),
    worst_level: nullable(names(ALERT_LEVELS, 'worst alert level of the newest readings of its active sensors; null: none is active')),
    newest_at: nullable(time('time of the newest reading; null: none was rolled up yet')),
    sensors_count: count('its sensors'),
    sensors_active: count('those that are active'),
    sensors: Type.Array(Type.String(), { description: 'sensor_id of each' }),
  }, 'Machine'), { description: 'by section, zone and machine' }),
}, 'Machines')
export type Machines = Static<typeof machinesSchema>
