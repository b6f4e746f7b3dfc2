import type { AlarmEvent } from '../alarm/alarm-state.ts'
import { actOnAll, hideAgain } from './alarm-actions.ts'
import type { Actor, Explained } from './alarm-actions.ts'
import { lockOpenAlarms, timeOf } from './alarm-rows.ts'
import type { AlarmKey } from './alarm-rows.ts'
import type { Client, Queryable } from './pool.ts'

export type SuppressionSource = 'operator' | 'calendar' | 'group'

/** What suppresses a machine, and until when. Times are milliseconds since 1970. */
export interface Suppression {
  readonly source: SuppressionSource
  /** Of the maintenance or the group; of an operator's empty. */
  readonly name: string
  /** Null: until somebody ends it, or the cause of a group has cleared. */
  readonly untilMs: number | null
}

export interface SuppressionRow extends Suppression {
  readonly machineId: string
  readonly suppressedBy: string
  readonly reason: string
  readonly suppressedMs: number
  /** Somebody ended it by hand before its time. */
  readonly ended: boolean
}

const BY_HAND: Suppression = { source: 'operator', name: '', untilMs: null }

/**
 * Suppresses by design all alarms of a machine, as it is in maintenance, or its alarms follow from another one. Says how many open ones it hid; null:
 * it was so before, or somebody has ended it by hand.
 */
export async function suppressMachine(client: Client, machineId: string, actor: Explained, by: Suppression = BY_HAND): Promise<number | null> {
  const { rowCount } = await client.query(
    `insert into machine_suppression as m (machine_id, source, name, until, suppressed_by, reason, suppressed_at) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (machine_id, source, name) do update set until = excluded.until, suppressed_by = excluded.suppressed_by, reason = excluded.reason,
       suppressed_at = excluded.suppressed_at
     where m.ended_at is null and m.until is distinct from excluded.until`,
    [machineId, by.source, by.name, timeOf(by.untilMs), actor.name, actor.reason, timeOf(actor.nowMs)])
  return rowCount === 0 ? null : actOnMachine(client, machineId, 'suppress', actor)
}

/** Ends by hand all that suppresses a machine; the calendar and the groups begin it again with another cause. Null: it was not suppressed. */
export async function unsuppressMachine(client: Client, machineId: string, actor: Explained): Promise<number | null> {
  await lockSuppressions(client, machineId)
  const { rowCount: deleted } = await client.query(`delete from machine_suppression where machine_id = $1 and source = 'operator'`, [machineId])
  const { rowCount: ended } = await client.query(
    'update machine_suppression set ended_at = $2, ended_by = $3 where machine_id = $1 and ended_at is null',
    [machineId, timeOf(actor.nowMs), actor.name])
  return deleted === 0 && ended === 0 ? null : actOnMachine(client, machineId, 'unsuppress', actor)
}

/** Forgets a suppression whose time or cause is over. Null: somebody else did, or had ended it by hand. */
export async function endSuppression(client: Client, row: SuppressionRow, actor: Actor): Promise<number | null> {
  const { machineId } = row
  await lockSuppressions(client, machineId)
  const { rows } = await client.query<{ ended: boolean }>(
    `delete from machine_suppression where machine_id = $1 and source = $2 and name = $3 and suppressed_at = $4
     returning ended_at is not null as ended`, [machineId, row.source, row.name, timeOf(row.suppressedMs)])
  if (rows[0] === undefined || rows[0].ended) return null
  const others = await client.query('select from machine_suppression where machine_id = $1 and ended_at is null', [machineId])
  return others.rowCount === 0 ? actOnMachine(client, machineId, 'unsuppress', actor) : 0
}

/** Who ends one waits for who ends another one: the last of them brings the alarms out. */
async function lockSuppressions(client: Client, machineId: string): Promise<void> {
  await client.query('select from machine_suppression where machine_id = $1 order by source, name for update', [machineId])
}

async function actOnMachine(client: Client, machineId: string, event: AlarmEvent, actor: Actor): Promise<number> {
  const { rows: keys } = await client.query<AlarmKey>(
    'select sensor_key as "sensorKey", rule from alarm where machine_id = $1 and ended_at is null', [machineId])
  const alarms = await lockOpenAlarms(client, keys)
  const changed = await actOnAll(client, alarms, new Map(), event, actor)
  await hideAgain(client, alarms, actor)
  return changed
}

/** What suppresses machines now, and what was ended by hand; at most `most`. */
export async function readSuppressions(db: Queryable, most: number): Promise<SuppressionRow[]> {
  const { rows } = await db.query<SuppressionRow>(
    `select machine_id as "machineId", source, name, (extract(epoch from until) * 1000)::float8 as "untilMs", suppressed_by as "suppressedBy", reason,
       (extract(epoch from suppressed_at) * 1000)::float8 as "suppressedMs", ended_at is not null as ended
     from machine_suppression order by machine_id, source, name limit $1`, [most])
  return rows
}
