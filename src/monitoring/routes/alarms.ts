import { Type } from 'typebox'
import { alarmDetailSchema, alarmsSchema, scorecardSchema, settingsSchema } from '../../contract/alarm-api.ts'
import { ALARM_PRIORITIES, ALARM_RULES, ALARM_STATES } from '../../contract/alarm.ts'
import { names } from '../../contract/api-schema.ts'
import { errorSchema } from '../../contract/api.ts'
import { MAX_NAME_LENGTH } from '../../contract/reading.ts'
import { ALARM_SORTS, OPEN_SORTS } from '../../postgres/read-alarms.ts'
import type { AlarmReader } from '../alarms.ts'
import { parseCursor } from '../alarm-cursor.ts'
import type { App } from '../app.ts'
import { RequestError } from '../request-error.ts'
import { readSpan } from '../time-span.ts'
import { failures, readingFailures, spanQuery } from './context.ts'

const MOST = 1_000
const DEFAULT_LIMIT = 100
const DAY_MS = 86_400_000
/** Of the scorecard: a season. */
const MOST_DAYS = 92
const named = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: MAX_NAME_LENGTH, pattern: '^[^\\u0000]*$', description }))

export const UUID = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
export const alarmPath = Type.Object({ id: Type.String({ pattern: UUID, description: 'episode_id' }) })
export const noSuchAlarm = { 404: { ...errorSchema, description: 'there is no such alarm' } }

const querySchema = Type.Object({
  state: Type.Optional(names(ALARM_STATES, 'only those in this state')),
  priority: Type.Optional(names(ALARM_PRIORITIES, 'only those of this priority')),
  machine: named('only those at this machine'),
  sensor: named('only those of this sensor'),
  rule: Type.Optional(names(ALARM_RULES, 'only those raised for this')),
  open: Type.Optional(Type.Boolean({ description: 'only those that are open, or only those that are over' })),
  sort: Type.Optional(names(ALARM_SORTS, 'raised_at unless told; by changed_at and priority only open ones')),
  order: Type.Optional(names(['asc', 'desc'], 'desc unless told; by priority, sensor and machine asc')),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST, description: 'alarms in the answer; 100 unless told' })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 2_000, description: '`cursor` of an answer: what follows it' })),
}, { additionalProperties: false })

export function registerAlarms(app: App, { alarms }: { readonly alarms: AlarmReader }): void {
  app.get('/api/alarms', {
    schema: {
      tags: ['Alarms'],
      summary: 'The alarms that fit, page by page',
      description: 'An alarm is one row from being raised to being over (ISA-18.2). What changes while one pages is on the page where it belongs then.',
      querystring: querySchema,
      response: { 200: alarmsSchema, ...readingFailures },
    },
  }, ({ query }) => {
    const { sort = 'raised_at', limit = DEFAULT_LIMIT, cursor, ...rest } = query
    const order = rest.order ?? (sort === 'raised_at' || sort === 'changed_at' ? 'desc' : 'asc')
    const open = rest.open ?? (OPEN_SORTS.includes(sort) ? true : undefined)
    if (open !== true && OPEN_SORTS.includes(sort)) throw new RequestError(400, `only open alarms can be sorted by ${sort}`)
    return alarms.list({ ...rest, ...open === undefined ? {} : { open }, sort, order, limit, after: cursor === undefined ? null : parseCursor(cursor, sort) })
  })

  app.get('/api/alarms/:id', {
    schema: {
      tags: ['Alarms'], summary: 'One alarm with all that happened to it', params: alarmPath,
      response: { 200: alarmDetailSchema, ...noSuchAlarm, ...readingFailures },
    },
  }, ({ params }) => alarms.one(params.id))

  app.get('/api/alarm-scorecard', {
    schema: {
      tags: ['Alarms'],
      summary: 'How well the alarms serve the operators, against the published targets',
      description: 'Rate, floods, what chatters, what stands, how the priorities are shared, and what raises most, each with the delay that would '
        + 'have spared most of it (ISA-18.2, EEMUA 191). The day before `to` unless told; at most 92 days.',
      querystring: Type.Object({
        from: Type.Optional(Type.String({ format: 'date-time', description: 'begin; a day before `to` unless told' })), to: spanQuery.to,
        operators: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, description: 'who share the alarms; 1 unless told' })),
      }, { additionalProperties: false }),
      response: { 200: scorecardSchema, ...readingFailures },
    },
  }, ({ query }) => {
    const { operators = 1, ...times } = query
    const span = readSpan(times, Date.now(), DAY_MS)
    if (span.toMs - span.fromMs > MOST_DAYS * DAY_MS) throw new RequestError(400, `from must be at most ${MOST_DAYS} days before to`)
    return alarms.scorecard({ ...span, operators })
  })

  app.get('/api/alarm-settings', {
    schema: {
      tags: ['Alarms'], summary: 'Limits, deadbands and delays: what holds for each type, and what was set', response: { 200: settingsSchema, ...failures },
    },
  }, () => alarms.settings())
}
