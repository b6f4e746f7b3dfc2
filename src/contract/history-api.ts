import { Type } from 'typebox'
import type { Static } from 'typebox'
import { count, names, nullable, object, time } from './api-schema.ts'
import { ALERT_LEVELS } from './sensor-types.ts'

// The part of the monitoring API that tells of sensors and of what they measured. All times are UTC, ISO 8601 with a `Z`.

/** How fine what is kept is: each reading, or what those of a minute or an hour come to. */
export const HISTORY_LEVELS = ['raw', 'minute', 'hour'] as const
export type HistoryLevel = typeof HISTORY_LEVELS[number]

const sensorStatus = names(['active', 'inactive'],
  'active while the newest reading is younger than three of the sensor\'s own intervals (5 s at least) and the 15 s that it may take '
  + 'to get here')
const name = (description: string) => nullable(Type.String({ description }))
const location = object({
  factory_section: name('null: not told'), zone: name('null: not told'), machine_id: name('null: not told'),
}, 'SensorLocation')

// GET /api/sensors and /api/sensors/{id}

export const sensorSchema = object({
  sensor_id: Type.String(),
  sensor_type: Type.String(),
  location,
  unit: name('null: no reading of it was rolled up yet'),
  status: sensorStatus,
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
}, 'Sensor')
export type Sensor = Static<typeof sensorSchema>

export const sensorsSchema = object({
  sensors: Type.Array(sensorSchema, { description: 'by sensor_id' }),
  total: count('sensors that fit, on all pages'),
  cursor: nullable(Type.String({ description: 'where the next page begins; null: this is the last one' })),
}, 'Sensors')
export type Sensors = Static<typeof sensorsSchema>

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
