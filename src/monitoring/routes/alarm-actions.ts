import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import {
  acknowledgeSchema, alarmSchema, explainedSchema, groupAcknowledgementSchema, machineSuppressionSchema, shelveSchema, suppressSchema,
} from '../../contract/alarm-api.ts'
import type { Alarm, GroupAcknowledgement, MachineSuppressionAnswer } from '../../contract/alarm-api.ts'
import { errorSchema } from '../../contract/api.ts'
import { MAX_NAME_LENGTH } from '../../contract/reading.ts'
import {
  acknowledgeAlarm, acknowledgeGroup, returnToService, shelveAlarm, takeOutOfService, unshelveAlarm,
} from '../../postgres/alarm-actions.ts'
import type { ActionResult, Actor, Explained } from '../../postgres/alarm-actions.ts'
import { suppressMachine, unsuppressMachine } from '../../postgres/machine-suppression.ts'
import { inTransaction } from '../../postgres/pool.ts'
import type { Client } from '../../postgres/pool.ts'
import { readAlarm } from '../../postgres/read-alarms.ts'
import type { ListedAlarm } from '../../postgres/read-alarms.ts'
import type { Access } from '../access/access.ts'
import { auditOf } from '../access/audit.ts'
import { databaseCall } from '../access/database-call.ts'
import { callerOf } from '../access/guard.ts'
import { buildAlarm } from '../alarm-shape.ts'
import type { App } from '../app.ts'
import { RequestError } from '../request-error.ts'
import { UUID, alarmPath, noSuchAlarm } from './alarms.ts'
import { changeFailures } from './context.ts'

const refused = { 409: { ...errorSchema, description: 'the alarm is where this can\'t be done; the error says why' } }
const answers = { 200: { ...alarmSchema, description: 'the alarm after it; the same when it was so before' }, ...noSuchAlarm, ...refused, ...changeFailures }
const machinePath = Type.Object({
  id: Type.String({ minLength: 1, maxLength: MAX_NAME_LENGTH, pattern: '^[^\\u0000]*$', description: 'machine_id' }),
})
const groupPath = Type.Object({ id: Type.String({ pattern: UUID, description: 'group_id' }) })
const MINUTE_MS = 60_000

/** What operators do to alarms. Each is idempotent: asked twice it is done once. */
export function registerAlarmActions(app: App, access: Access, maxShelveHours: number): void {
  const described = (summary: string, description: string) => ({ tags: ['Alarms'], summary, description, params: alarmPath, response: answers })

  app.post('/api/alarms/:id/acknowledge', {
    schema: { ...described('An operator has seen it', 'One whose condition has cleared is over with it, unless it is latched.'), body: acknowledgeSchema },
  }, (request) => change(request, 'acknowledge', request.body.comment ?? null, (client, actor) => (
    acknowledgeAlarm(client, request.params.id, 'acknowledge', actor))))

  app.post('/api/alarms/:id/reset', {
    schema: { ...described('Let go of a latched alarm', 'Once its condition has cleared and it is acknowledged.'), body: acknowledgeSchema },
  }, (request) => change(request, 'reset', request.body.comment ?? null, (client, actor) => acknowledgeAlarm(client, request.params.id, 'reset', actor)))

  app.post('/api/alarms/:id/shelve', {
    schema: {
      ...described('Hide the alarms of this rule of this sensor for a time', `For \`minutes\`, or with \`one_shot\` until its condition clears. What still `
        + `stands is shown again then. At most MAX_SHELVE_HOURS, here ${maxShelveHours} h.`),
      body: shelveSchema,
    },
  }, (request) => {
    const { minutes, one_shot: oneShot = false, reason } = request.body
    if ((minutes === undefined) !== oneShot) throw new RequestError(400, 'body must have either minutes or one_shot')
    if (minutes !== undefined && minutes > maxShelveHours * 60) throw new RequestError(400, `minutes must be <= ${maxShelveHours * 60}`)
    return change(request, 'shelve', `${minutes === undefined ? 'once' : `${minutes} min`}: ${reason}`, (client, actor) => (
      shelveAlarm(client, request.params.id, minutes === undefined ? null : actor.nowMs + minutes * MINUTE_MS, { ...actor, reason })))
  })

  app.post('/api/alarms/:id/unshelve', {
    schema: { ...described('Show the alarms of this rule of this sensor again', 'One that stands is an unacknowledged one then.'), body: acknowledgeSchema },
  }, (request) => change(request, 'unshelve', request.body.comment ?? null, (client, actor) => unshelveAlarm(client, request.params.id, actor)))

  app.post('/api/alarms/:id/out-of-service', {
    schema: {
      ...described('Take this rule of this sensor out of service', 'Until somebody returns it. What happens meanwhile is recorded.'),
      body: explainedSchema,
    },
  }, (request) => change(request, 'out_of_service', request.body.reason, (client, actor) => (
    takeOutOfService(client, request.params.id, { ...actor, reason: request.body.reason }))))

  app.post('/api/alarms/:id/return-to-service', {
    schema: { ...described('Return this rule of this sensor to service', 'One that stands is an unacknowledged one then.'), body: explainedSchema },
  }, (request) => change(request, 'return_to_service', request.body.reason, (client, actor) => returnToService(client, request.params.id, actor)))

  app.post('/api/machines/:id/suppress', {
    schema: {
      tags: ['Alarms'], summary: 'Suppress by design all alarms of a machine that is in maintenance',
      description: 'For `minutes`, or until somebody ends it; the newest call counts.',
      params: machinePath, body: suppressSchema, response: { 200: machineSuppressionSchema, ...changeFailures },
    },
  }, (request): Promise<MachineSuppressionAnswer> => {
    const { minutes, reason } = request.body
    return changeMachine(request, 'suppress', minutes === undefined ? reason : `${minutes} min: ${reason}`, (client, actor) => {
      const untilMs = minutes === undefined ? null : actor.nowMs + minutes * MINUTE_MS
      return suppressMachine(client, request.params.id, { ...actor, reason }, { source: 'operator', name: '', untilMs })
    })
  })

  app.post('/api/machines/:id/unsuppress', {
    schema: {
      tags: ['Alarms'], summary: 'The maintenance of a machine is over',
      description: 'Also where the calendar or a suppression group began it; they begin it again with their next maintenance, or the next alarm.',
      params: machinePath, body: explainedSchema, response: { 200: machineSuppressionSchema, ...changeFailures },
    },
  }, (request): Promise<MachineSuppressionAnswer> => changeMachine(request, 'unsuppress', request.body.reason, (client, actor) => (
    unsuppressMachine(client, request.params.id, actor))))

  async function changeMachine(
    request: FastifyRequest, verb: 'suppress' | 'unsuppress', detail: string, act: (client: Client, actor: Explained) => Promise<number | null>,
  ): Promise<MachineSuppressionAnswer> {
    const { id } = request.params as { id: string }
    const actor = { name: callerOf(request).account as string, reason: detail, nowMs: Date.now() }
    return databaseCall(() => inTransaction(access.pool, async (client) => {
      const changed = await act(client, actor)
      if (changed !== null) await auditOf(client, request, `machine.${verb}`, id, `${detail} (${changed} alarms)`)
      return { machine_id: id, suppressed: verb === 'suppress', changed_alarms: changed ?? 0 }
    }))
  }

  app.post('/api/alarm-groups/:id/acknowledge', {
    schema: {
      tags: ['Alarms'], summary: 'An operator has seen all alarms of a group', description: 'Those that wait for somebody, however many: a group of a '
        + 'thousand silent sensors is one trouble.',
      params: groupPath, body: acknowledgeSchema, response: { 200: groupAcknowledgementSchema, ...noSuchAlarm, ...changeFailures },
    },
  }, (request): Promise<GroupAcknowledgement> => databaseCall(async () => {
    const { id } = request.params
    const { comment = null } = request.body
    let acknowledged = 0
    for (let more = -1; more !== 0; acknowledged += more) {
      more = await inTransaction(access.pool, async (client) => {
        if (await readAlarm(client, id) === null) throw new RequestError(404, `there is no alarm ${id}`)
        const count = await acknowledgeGroup(client, id, { name: callerOf(request).account, reason: comment, nowMs: Date.now() })
        if (count > 0) await auditOf(client, request, 'alarm_group.acknowledge', id, `${count} alarms${comment === null ? '' : `: ${comment}`}`)
        return count
      })
    }
    return { group_id: id, acknowledged }
  }))

  /** In one transaction with its record in the audit log. */
  async function change(
    request: FastifyRequest, action: string, detail: string | null, act: (client: Client, actor: Actor & { readonly name: string }) => Promise<ActionResult>,
  ): Promise<Alarm> {
    const { id } = request.params as { id: string }
    const actor = { name: callerOf(request).account as string, reason: detail, nowMs: Date.now() }
    const row = await databaseCall(() => inTransaction(access.pool, async (client) => {
      const result = await act(client, actor)
      if (result.outcome === 'unknown') throw new RequestError(404, `there is no alarm ${id}`)
      if (result.outcome === 'refused') throw new RequestError(409, result.reason)
      const { sensorId, rule } = result.alarm
      if (result.outcome === 'done') await auditOf(client, request, `alarm.${action}`, `${sensorId} ${rule}`, detail)
      return await readAlarm(client, id) as ListedAlarm
    }))
    return buildAlarm(row)
  }
}
