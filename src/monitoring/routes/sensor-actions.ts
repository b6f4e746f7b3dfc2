import type { FastifyRequest } from 'fastify'
import { explainedSchema } from '../../contract/alarm-api.ts'
import { errorSchema } from '../../contract/api.ts'
import { renameSchema, replaceSchema, sensorDetailSchema } from '../../contract/history-api.ts'
import type { SensorDetail } from '../../contract/history-api.ts'
import { inTransaction } from '../../postgres/pool.ts'
import { commissionSensor, renameSensor, replaceSensor } from '../../postgres/sensor-actions.ts'
import type { SensorAction } from '../../postgres/sensor-actions.ts'
import type { Access } from '../access/access.ts'
import { auditOf } from '../access/audit.ts'
import { databaseCall } from '../access/database-call.ts'
import { callerOf } from '../access/guard.ts'
import type { App } from '../app.ts'
import { RequestError } from '../request-error.ts'
import type { SensorDirectory } from '../sensor-directory.ts'
import { changeFailures, sensorFailures, sensorPath } from './context.ts'

const failures = { ...changeFailures, 404: sensorFailures[404] }
const answers = { 200: { ...sensorDetailSchema, description: 'the sensor after it; the same when it was so before' }, ...failures }
const taken = { 409: { ...errorSchema, description: 'the new device\'s id is that of another sensor; the error says what to do' } }

/** What operators do to sensors. Each is idempotent: asked twice it is done once. */
export function registerSensorActions(app: App, access: Access, sensors: Pick<SensorDirectory, 'one'>): void {
  app.patch('/api/sensors/:id', {
    schema: {
      tags: ['Sensors'], summary: 'Give a sensor a name for people, or take it away',
      description: '`sensor_id` stays what messages and other programs know it by.', params: sensorPath, body: renameSchema, response: answers,
    },
  }, (request) => change(request, 'rename', renameSensor(request.body.name)))

  app.post('/api/sensors/:id/replace', {
    schema: {
      tags: ['Sensors'], summary: 'Another device is in the place of the sensor',
      description: 'Its history goes on. Where the new device sends under another sensor_id, that is told by `sends_as`: its readings are '
        + 'stored as those of this sensor. Open alarms end, and what is normal is learned anew.',
      params: sensorPath, body: replaceSchema, response: { ...answers, ...taken },
    },
  }, (request) => {
    const { serial, sends_as: sendsAs } = request.body
    return change(request, 'replace', replaceSensor(serial, sendsAs ?? null))
  })

  for (const [verb, event, summary, description] of [
    ['decommission', 'decommissioned', 'Take a sensor out of the plant',
      'Its open alarms end, and it raises none. Readings that still come are stored.'],
    ['recommission', 'recommissioned', 'Bring a sensor back into the plant', 'What its readings find from now on is raised again.'],
  ] as const) {
    app.post(`/api/sensors/:id/${verb}`, {
      schema: { tags: ['Sensors'], summary, description, params: sensorPath, body: explainedSchema, response: answers },
    }, (request) => change(request, verb, commissionSensor(event)))
  }

  /** In one transaction with its record in the audit log. */
  async function change(request: FastifyRequest, verb: string, act: SensorAction): Promise<SensorDetail> {
    const { id } = request.params as { id: string }
    const { reason } = request.body as { reason: string }
    // PostgreSQL takes no NUL in a text, so no sensor has one.
    if (id.includes('\0')) return sensors.one(id)
    await databaseCall(() => inTransaction(access.pool, async (client) => {
      const result = await act(client, id, { name: callerOf(request).account as string, reason, nowMs: Date.now() })
      if (result.outcome === 'unknown') throw new RequestError(404, `there is no sensor "${id}"`)
      if (result.outcome === 'refused') throw new RequestError(409, result.reason)
      if (result.outcome === 'done') await auditOf(client, request, `sensor.${verb}`, id, `${result.changed}: ${reason}`)
    }))
    return sensors.one(id)
  }
}
