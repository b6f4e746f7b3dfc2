import type { SensorEvent } from '../contract/sensor.ts'
import { endAlarms } from './alarm-actions.ts'
import type { Explained } from './alarm-actions.ts'
import { timeOf } from './alarm-rows.ts'
import type { Client } from './pool.ts'
import { lockSensorIds } from './sensor-registry.ts'

/** `nothing`: it was so before. `changed`: what is new, in words, for the audit log. */
export type SensorActionResult =
  | { readonly outcome: 'done', readonly changed: string }
  | { readonly outcome: 'nothing' | 'unknown' }
  | { readonly outcome: 'refused', readonly reason: string }

/** Runs inside the caller's transaction, in which it also writes the audit log. */
export type SensorAction = (client: Client, sensorId: string, actor: Explained) => Promise<SensorActionResult>

interface Sensor {
  readonly sensorKey: number
  readonly sensorId: string
  readonly name: string | null
  readonly serial: string | null
  readonly status: string
}

/** `name` null: it goes by its id again. */
export function renameSensor(name: string | null): SensorAction {
  return (client, sensorId, actor) => onSensor(client, sensorId, async (sensor) => {
    if (sensor.name === name) return { outcome: 'nothing' }
    await client.query('update sensors set name = $2, updated_at = now() where sensor_key = $1', [sensor.sensorKey, name])
    await insertEvent(client, sensor, 'renamed', { name: sensor.name }, { name }, actor)
    return { outcome: 'done', changed: name ?? 'no name' }
  })
}

/**
 * Another device is in the sensor's place; from now on what comes under `sendsAs` is the sensor's, too. Its open alarms were those of the old device:
 * they end, and what the new one finds is raised anew.
 */
export function replaceSensor(serial: string, sendsAs: string | null): SensorAction {
  return (client, sensorId, actor) => onSensor(client, sensorId, async (sensor) => {
    const alias = sendsAs === null || sendsAs === sensorId ? null : sendsAs
    const owner = alias === null ? null : await ownerOf(client, alias)
    if (owner !== null && owner.sensorKey !== sensor.sensorKey) {
      return { outcome: 'refused', reason: refusalOf(alias as string, owner.sensorId, sensorId) }
    }
    const isNew = alias !== null && owner === null
    if (!isNew && sensor.serial === serial) return { outcome: 'nothing' }
    if (isNew) await client.query('insert into sensor_alias (alias_id, sensor_key) values ($1, $2)', [alias, sensor.sensorKey])
    const at = timeOf(actor.nowMs)
    await client.query(
      'update sensors set serial = $2, replaced_at = $3, updated_at = now() where sensor_key = $1', [sensor.sensorKey, serial, at])
    // Until the consumers have stored what is learned of the new device; they have the old one's still.
    await client.query(
      'update sensor_outlook set learned = 0, expected = null, band_low = null, band_high = null, deviation = null, as_of = $2 where sensor_key = $1',
      [sensor.sensorKey, at])
    await insertEvent(client, sensor, 'replaced', { serial: sensor.serial }, { serial, ...isNew ? { sends_as: alias } : {} }, actor)
    await endAlarms(client, sensor.sensorKey, 'replaced', actor)
    return { outcome: 'done', changed: `${serial}${isNew ? `, sends as ${alias}` : ''}` }
  })
}

/** Takes the sensor out of the plant, or brings it back. Its open alarms end; its readings are stored as before. */
export function commissionSensor(event: 'decommissioned' | 'recommissioned'): SensorAction {
  const status = event === 'decommissioned' ? 'decommissioned' : 'active'
  return (client, sensorId, actor) => onSensor(client, sensorId, async (sensor) => {
    if ((sensor.status === 'decommissioned') === (status === 'decommissioned')) return { outcome: 'nothing' }
    await client.query('update sensors set status = $2, status_changed_at = $3, updated_at = now() where sensor_key = $1',
      [sensor.sensorKey, status, timeOf(actor.nowMs)])
    await insertEvent(client, sensor, event, { status: sensor.status }, { status }, actor)
    const ended = event === 'decommissioned' ? await endAlarms(client, sensor.sensorKey, event, actor) : 0
    return { outcome: 'done', changed: `${ended} alarms ended` }
  })
}

/** Locked before its alarms, as consumers do. */
async function onSensor(client: Client, sensorId: string, act: (sensor: Sensor) => Promise<SensorActionResult>): Promise<SensorActionResult> {
  const { rows } = await client.query<Sensor>(
    `select sensor_key as "sensorKey", sensor_id as "sensorId", name, serial, status from sensors where sensor_id = $1 for no key update`, [sensorId])
  return rows[0] === undefined ? { outcome: 'unknown' } : act(rows[0])
}

/** The sensor whose readings come under this id; null: nobody has used it. It stays so until the end of the transaction. */
async function ownerOf(client: Client, id: string): Promise<Pick<Sensor, 'sensorKey' | 'sensorId'> | null> {
  await lockSensorIds(client)
  const { rows } = await client.query<Pick<Sensor, 'sensorKey' | 'sensorId'>>(
    `select sensor_key as "sensorKey", sensor_id as "sensorId" from sensors
     where sensor_id = $1 or sensor_key = (select sensor_key from sensor_alias where alias_id = $1)`, [id])
  return rows[0] ?? null
}

function refusalOf(alias: string, ownerId: string, sensorId: string): string {
  return ownerId === alias
    ? `"${alias}" is a sensor of its own already, whose readings stay its own; let the new device send as "${sensorId}", or under an id that is new`
    : `what comes as "${alias}" is stored as that of "${ownerId}"; let the new device send as "${sensorId}", or under an id that is new`
}

async function insertEvent(
  client: Client, { sensorKey }: Sensor, event: SensorEvent, oldValues: object, newValues: object, { name, reason, nowMs }: Explained,
): Promise<void> {
  await client.query(
    `insert into sensor_event (sensor_key, event, occurred_at, actor, reason, old_values, new_values) values ($1, $2, $3, $4, $5, $6, $7)`,
    [sensorKey, event, timeOf(nowMs), name, reason, JSON.stringify(oldValues), JSON.stringify(newValues)])
}
