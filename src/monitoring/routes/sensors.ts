import { Type } from 'typebox'
import { names } from '../../contract/api-schema.ts'
import { sensorDetailSchema, sensorsSchema } from '../../contract/history-api.ts'
import type { Sensor, Sensors } from '../../contract/history-api.ts'
import { MAX_NAME_LENGTH } from '../../contract/reading.ts'
import { SENSOR_STATUSES } from '../../contract/sensor.ts'
import type { App } from '../app.ts'
import { RequestError } from '../request-error.ts'
import { SENSOR_SORTS, pageOfSensors } from '../sensor-page.ts'
import { readingFailures, sensorFailures, sensorPath } from './context.ts'
import type { RouteContext } from './context.ts'

const MOST = 100_000
const exactly = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: MAX_NAME_LENGTH, description }))

const querySchema = Type.Object({
  search: exactly('only those whose id, name or other id contains this, in whatever case'),
  type: exactly('only those of this type'),
  section: exactly('only those in this factory section'),
  machine: exactly('only those at this machine'),
  zone: exactly('only those in this zone'),
  status: Type.Optional(names(SENSOR_STATUSES, 'only those in this state; without it all but those that are decommissioned')),
  sort: Type.Optional(names(SENSOR_SORTS, 'by id unless told; alarms: the most urgent first; newest: what reported last first')),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST, description: 'sensors in the answer; all unless told' })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: MOST, description: 'so many are left out before the page, instead of a cursor' })),
  cursor: exactly('`cursor` of an answer, by id: what follows it'),
}, { additionalProperties: false })

export function registerSensors(app: App, { sensors }: RouteContext): void {
  /** Of what was read once: 10,000 sensors are 3 MB, which take 30 ms to write. */
  const written = new WeakMap<readonly Sensor[], Buffer>()

  function write(all: readonly Sensor[]): Buffer {
    const body = written.get(all) ?? Buffer.from(JSON.stringify(pageOfSensors(all, {})))
    written.set(all, body)
    return body
  }

  app.get('/api/sensors', {
    schema: {
      tags: ['History'],
      summary: 'Every sensor in service with its newest reading',
      description: 'All in one answer unless there is a limit. The newest reading is some seconds behind: it is known when it was rolled up.',
      querystring: querySchema,
      response: { 200: sensorsSchema, ...readingFailures },
    },
  }, async ({ query }, reply) => {
    if (query.cursor !== undefined && (query.sort ?? 'id') !== 'id') throw new RequestError(400, 'cursor goes by id; with another sort use offset')
    const all = await sensors.all()
    if (Object.keys(query).length > 0) return pageOfSensors(all, query)
    // Typed as what it is the text of; Fastify sends a buffer as it is.
    return reply.type('application/json; charset=utf-8').send(write(all) as unknown as Sensors)
  })

  app.get('/api/sensors/:id', {
    schema: {
      tags: ['History'],
      summary: 'One sensor with its newest reading, and what people did to it',
      params: sensorPath,
      response: { 200: sensorDetailSchema, ...sensorFailures },
    },
  }, ({ params }) => sensors.one(params.id))
}
