import { Type } from 'typebox'
import type { Static } from 'typebox'
import { ALARM_RULES } from './alarm.ts'
import { names, nullable, object, time } from './api-schema.ts'

// GET /api/calendar

const span = { name: Type.String(), from: time('begin'), to: time('end, not included') }
const shift = object(span, 'Shift')
const patterns = Type.Array(Type.String(), { description: 'names of machines; * stands for any letters' })

export const calendarSchema = object({
  time_zone: Type.String({ description: 'of the IANA database; shifts and maintenance are by its clocks' }),
  utc_offset_min: Type.Integer({ description: 'local time minus UTC, now' }),
  shift: nullable({ ...shift, description: 'that runs now; null: the plant rests' }),
  next_shift: nullable({ ...shift, description: 'that begins next; null: none within 7 days' }),
  holidays: Type.Array(Type.String(), { description: 'local days on which no shift begins, today and the next 7' }),
  maintenance: Type.Array(object({ ...span, machines: patterns, running: Type.Boolean({ description: 'it has begun' }) }, 'PlannedMaintenance'), {
    description: 'that runs, or begins within 7 days; the first 200',
  }),
  suppression_groups: Type.Array(object({
    name: Type.String(),
    machine: nullable(Type.String({ description: 'whose alarm it is; null: any' })),
    sensor: nullable(Type.String({ description: 'whose alarm it is; null: any' })),
    rule: nullable(names(ALARM_RULES, 'what the alarm is raised for; null: any')),
    machines: patterns,
  }, 'SuppressionGroup'), { description: 'while such an alarm is active, these machines are suppressed' }),
}, 'Calendar')
export type CalendarAnswer = Static<typeof calendarSchema>
