import { Type } from 'typebox'
import { historySchema } from '../../contract/history-api.ts'
import type { App } from '../app.ts'
import { readSpan } from '../time-span.ts'
import { sensorFailures, sensorPath, spanQuery } from './context.ts'
import type { RouteContext } from './context.ts'

const MOST_POINTS = 5_000
const DEFAULT_POINTS = 500

const querySchema = Type.Object({
  ...spanQuery,
  points: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST_POINTS, description: 'at most so many points in the answer; 500 unless told' })),
}, { additionalProperties: false })

export function registerSensorHistory(app: App, { history }: RouteContext): void {
  app.get('/api/sensors/:id/history', {
    schema: {
      tags: ['History'],
      summary: 'What a sensor has measured, in as many points as a chart has room for',
      description: 'Made of readings, or of what was rolled up by minute or by hour, so that a few thousand rows are read however long the time is; '
        + 'the answer says of which. Minimum and maximum are those of all readings in a point, so no peak is lost. Rolled up, it covers whole '
        + 'minutes or hours, and the readings of the last seconds are not in it yet.',
      params: sensorPath,
      querystring: querySchema,
      response: { 200: historySchema, ...sensorFailures },
    },
  }, ({ params, query }) => history(params.id, { ...readSpan(query, Date.now()), points: query.points ?? DEFAULT_POINTS }))
}
