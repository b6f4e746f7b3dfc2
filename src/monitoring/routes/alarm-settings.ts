import { newSettingSchema, settingSchema, undoSettingSchema } from '../../contract/alarm-api.ts'
import type { AlarmSetting, NewSetting } from '../../contract/alarm-api.ts'
import { errorSchema } from '../../contract/api.ts'
import { insertAlarmSetting, lockAlarmSettings, readAlarmSettings, undoAlarmSetting } from '../../postgres/alarm-settings.ts'
import type { AlarmSettingRow } from '../../postgres/alarm-settings.ts'
import { inTransaction } from '../../postgres/pool.ts'
import type { Client } from '../../postgres/pool.ts'
import type { Access } from '../access/access.ts'
import { auditOf } from '../access/audit.ts'
import { databaseCall } from '../access/database-call.ts'
import { callerOf } from '../access/guard.ts'
import { checkSetting, findScope, overrideOf, sameOverride } from '../alarm-setting.ts'
import { buildSetting } from '../alarm-shape.ts'
import type { App } from '../app.ts'
import { RequestError } from '../request-error.ts'
import { changeFailures } from './context.ts'

const noSuchSensor = { 404: { ...errorSchema, description: 'there is no such sensor' } }

export function registerAlarmSettings(app: App, access: Access): void {
  /** One change of settings at a time, with its record. */
  const change = (work: (client: Client) => Promise<AlarmSettingRow>): Promise<AlarmSetting> => databaseCall(async () => (
    buildSetting(await inTransaction(access.pool, async (client) => {
      await lockAlarmSettings(client)
      return work(client)
    }))))

  app.put('/api/alarm-settings', {
    schema: {
      tags: ['Alarms'],
      summary: 'Set the limit, deadband, delays and priority of a rule, for a type or for one sensor',
      description: 'All of what is set there: what isn\'t named falls back to the type\'s, or to the default. The consumers take it over within seconds. '
        + 'To set the same twice is to set it once.',
      body: newSettingSchema,
      response: { 200: settingSchema, ...noSuchSensor, ...changeFailures },
    },
  }, (request) => change(async (client) => {
    const { rule, reason } = request.body
    const scope = await findScope(client, request.body)
    const rows = await readAlarmSettings(client)
    const override = overrideOf(request.body)
    const problem = checkSetting(scope, rule, override, rows)
    if (problem !== null) throw new RequestError(400, problem)
    const now = rows.find((row) => row.rule === rule && row.sensorType === scope.sensorType && row.sensorKey === scope.sensorKey)
    if (now !== undefined && sameOverride(now.override, override)) return now
    const row = await insertAlarmSetting(client, scope, rule, override, { name: callerOf(request).account as string, reason })
    await auditOf(client, request, 'alarm_setting.change', targetOf(request.body), `${JSON.stringify(override)}: ${reason}`)
    return row
  }))

  app.post('/api/alarm-settings/undo', {
    schema: {
      tags: ['Alarms'],
      summary: 'Go back to what was set before the newest change of a rule',
      description: 'Called again, to what was before that.',
      body: undoSettingSchema,
      response: { 200: settingSchema, ...noSuchSensor, 409: { ...errorSchema, description: 'there is nothing to go back to' }, ...changeFailures },
    },
  }, (request) => change(async (client) => {
    const { rule, reason } = request.body
    const scope = await findScope(client, request.body)
    const row = await undoAlarmSetting(client, scope, rule, { name: callerOf(request).account as string, reason })
    if (row === null) throw new RequestError(409, `nothing is set for ${rule} that could be undone`)
    await auditOf(client, request, 'alarm_setting.undo', targetOf(request.body), `${JSON.stringify(row.override)}: ${reason}`)
    return row
  }))
}

function targetOf({ sensor_type: type, sensor_id: id, rule }: Pick<NewSetting, 'sensor_type' | 'sensor_id' | 'rule'>): string {
  return `${id ?? type} ${rule}`
}
