import { randomUUID } from 'node:crypto'
import { NORMAL, nextStanding } from '../alarm/alarm-state.ts'
import type { AlarmEvent, AlarmStanding, Step } from '../alarm/alarm-state.ts'
import { WAITING_STATES } from '../contract/alarm.ts'
import type { AlarmState } from '../contract/alarm.ts'
import { alertStatus, insertAlarmAlerts, insertAlarmEvents, takeStep, updateAlertStatus } from './alarm-events.ts'
import type { AlarmAlert, AlarmEventRow } from './alarm-events.ts'
import { keyText, lockAlarm, lockOpenAlarms, readHiding, standingBefore, standingOf, timeOf, writeAlarmRows } from './alarm-rows.ts'
import type { AlarmKey, AlarmRow, Hiding } from './alarm-rows.ts'
import type { Client } from './pool.ts'

/** Who does something to an alarm; nobody when a time is over. */
export interface Actor {
  readonly name: string | null
  readonly reason: string | null
  readonly nowMs: number
}

/** Somebody, who says why. */
export interface Explained extends Actor {
  readonly name: string
  readonly reason: string
}

export type ActionResult =
  | { readonly outcome: 'done' | 'nothing', readonly alarm: AlarmRow }
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'refused', readonly reason: string }

/**
 * Acknowledges an alarm, or resets a latched one; `nothing` when it was so before. Runs inside the caller's transaction, in which it also writes
 * the audit log.
 */
export async function acknowledgeAlarm(client: Client, episodeId: string, event: 'acknowledge' | 'reset', actor: Actor): Promise<ActionResult> {
  const alarm = await lockAlarm(client, episodeId)
  if (alarm === undefined) return { outcome: 'unknown' }
  if (alarm.endedMs !== null) return { outcome: 'nothing', alarm }
  const hiding = await readHiding(client, [alarm])
  return act(client, alarm, standingOf(alarm, hiding.get(keyText(alarm))), event, actor)
}

/** So many in one transaction: the consumers wait for the rows meanwhile. */
const MOST_ACKNOWLEDGED = 500

/**
 * Acknowledges those of a group that wait for somebody, as many as go into one transaction, and says how many; 0: none is left. What is hidden
 * stays as it is.
 */
export async function acknowledgeGroup(client: Client, groupId: string, actor: Actor): Promise<number> {
  const { rows: keys } = await client.query<AlarmKey>(
    `select sensor_key as "sensorKey", rule from alarm
     where group_id = $1 and ended_at is null and state = any($3) order by sensor_key, rule limit $2`, [groupId, MOST_ACKNOWLEDGED, WAITING_STATES])
  const alarms = (await lockOpenAlarms(client, keys)).filter((alarm) => alarm.groupId === groupId)
  return actOnAll(client, alarms, await readHiding(client, alarms), 'acknowledge', actor)
}

/** Shelves the alarms of the rule of the sensor that this alarm is of, until a time, or with null until the condition clears. */
export async function shelveAlarm(client: Client, episodeId: string, untilMs: number | null, actor: Explained): Promise<ActionResult> {
  return hide(client, episodeId, 'shelve', { ...actor, oneShot: untilMs === null }, async ({ sensorKey, rule }) => {
    await client.query(
      `insert into alarm_shelf (sensor_key, rule, until, shelved_by, reason, shelved_at) values ($1, $2, $3, $4, $5, $6)
       on conflict (sensor_key, rule) do update set until = excluded.until, shelved_by = excluded.shelved_by, reason = excluded.reason,
         shelved_at = excluded.shelved_at`,
      [sensorKey, rule, timeOf(untilMs), actor.name, actor.reason, timeOf(actor.nowMs)])
  })
}

export async function unshelveAlarm(client: Client, episodeId: string, actor: Actor): Promise<ActionResult> {
  return hide(client, episodeId, 'unshelve', actor, async ({ sensorKey, rule }) => {
    await client.query('delete from alarm_shelf where sensor_key = $1 and rule = $2', [sensorKey, rule])
  })
}

/** Takes the rule of the sensor that this alarm is of out of service, until somebody returns it. */
export async function takeOutOfService(client: Client, episodeId: string, actor: Explained): Promise<ActionResult> {
  return hide(client, episodeId, 'take_out_of_service', actor, async ({ sensorKey, rule }) => {
    await client.query(
      `insert into alarm_out_of_service (sensor_key, rule, taken_by, reason, taken_at) values ($1, $2, $3, $4, $5) on conflict do nothing`,
      [sensorKey, rule, actor.name, actor.reason, timeOf(actor.nowMs)])
  })
}

export async function returnToService(client: Client, episodeId: string, actor: Actor): Promise<ActionResult> {
  return hide(client, episodeId, 'return_to_service', actor, async ({ sensorKey, rule }) => {
    await client.query('delete from alarm_out_of_service where sensor_key = $1 and rule = $2', [sensorKey, rule])
  })
}

/** What is done to a rule of a sensor, named by one of its alarms, also when that alarm is over. */
async function hide(
  client: Client, episodeId: string, event: AlarmEvent, actor: Actor & { readonly oneShot?: boolean }, store: (key: AlarmKey) => Promise<void>,
): Promise<ActionResult> {
  const named = await client.query<AlarmKey>('select sensor_key as "sensorKey", rule from alarm where episode_id = $1', [episodeId])
  const key = named.rows[0]
  if (key === undefined) return { outcome: 'unknown' }
  const alarm = (await lockOpenAlarms(client, [key]))[0] ?? await lockAlarm(client, episodeId)
  if (alarm === undefined) return { outcome: 'unknown' }
  const hiding = (await readHiding(client, [alarm])).get(keyText(alarm))
  const result = await act(client, alarm, alarm.endedMs === null ? standingOf(alarm, hiding) : standingBefore(hiding), event, actor)
  // Also when nothing changes: an alarm that is suppressed may be unshelved meanwhile.
  if (result.outcome === 'done' || result.outcome === 'nothing') await store(key)
  if (result.outcome === 'done') await hideAgain(client, [result.alarm], actor)
  return result
}

/** Lets an event happen to an alarm, and writes what comes of it. */
export async function act(client: Client, alarm: AlarmRow, before: AlarmStanding, event: AlarmEvent, actor: Acting): Promise<ActionResult> {
  const taken = takeEvent(alarm, before, event, actor)
  if ('outcome' in taken) return taken
  await writeActions(client, [taken], actor)
  return { outcome: 'done', alarm }
}

/** The same to each of these, and says to how many it happened. */
export async function actOnAll(
  client: Client, alarms: readonly AlarmRow[], hiding: ReadonlyMap<string, Hiding>, event: AlarmEvent, actor: Actor,
): Promise<number> {
  const taken: Taken[] = []
  for (const alarm of alarms) {
    const result = takeEvent(alarm, standingOf(alarm, hiding.get(keyText(alarm))), event, actor)
    if (!('outcome' in result)) taken.push(result)
  }
  await writeActions(client, taken, actor)
  return taken.length
}

type Acting = Actor & { readonly oneShot?: boolean }

/** An event that has happened to an alarm, and is not written yet. */
interface Taken {
  readonly alarm: AlarmRow
  readonly step: Step
  /** Before it. */
  readonly wasOpen: boolean
  readonly statusBefore: ReturnType<typeof alertStatus>
  /** Of the message that tells of it; null: nobody is told. */
  readonly alertId: string | null
}

function takeEvent(alarm: AlarmRow, before: AlarmStanding, event: AlarmEvent, actor: Acting): Taken | ActionResult {
  const step = nextStanding(before, event, actor.oneShot === undefined ? {} : { oneShot: actor.oneShot })
  if (step === 'ignored') return { outcome: 'nothing', alarm }
  if ('refused' in step) return { outcome: 'refused', reason: step.refused }
  return takeAction(alarm, step, actor)
}

function takeAction(alarm: AlarmRow, step: Step, actor: Actor): Taken {
  const wasOpen = alarm.endedMs === null
  const statusBefore = alertStatus(alarm)
  if (wasOpen) {
    takeStep(alarm, step, actor.nowMs)
    if (step.transition === 'acknowledged') {
      alarm.acknowledgedMs = actor.nowMs
      alarm.acknowledgedBy = actor.name
    }
  }
  // One that was over has nothing to tell anybody.
  return { alarm, step, wasOpen, statusBefore, alertId: wasOpen && step.announced ? randomUUID() : null }
}

async function writeActions(client: Client, taken: readonly Taken[], actor: Actor): Promise<void> {
  const open = taken.filter(({ wasOpen }) => wasOpen)
  await writeAlarmRows(client, open.map(({ alarm }) => alarm))
  await insertAlarmAlerts(client, open.flatMap(({ alarm, step, alertId }) => (alertId === null ? [] : [messageOf(alarm, step, alertId, actor)])))
  await insertAlarmEvents(client, taken.map(({ alarm, step, wasOpen, alertId }) => recordOf(alarm, wasOpen ? alarm.episodeId : null, step, alertId, actor)))
  await updateAlertStatus(client, open.flatMap(({ alarm, statusBefore }) => (statusBefore === alertStatus(alarm) ? [] : [alarm])))
}

/**
 * Ends all alarms of a sensor, wherever they are: it is out of the plant, or another device is in its place. The shelving that ends with them does
 * so, too, and with a replacement all of it: it was about the old device.
 */
export async function endAlarms(client: Client, sensorKey: number, transition: 'decommissioned' | 'replaced', actor: Actor): Promise<number> {
  const { rows: keys } = await client.query<AlarmKey>(
    'select sensor_key as "sensorKey", rule from alarm where sensor_key = $1 and ended_at is null', [sensorKey])
  const alarms = await lockOpenAlarms(client, keys)
  await writeActions(client, alarms.map((alarm) => takeAction(alarm, { transition, announced: true, standing: NORMAL }, actor)), actor)
  await client.query(`delete from alarm_shelf where sensor_key = $1 and (until is null or $2 = 'replaced')`, [sensorKey, transition])
  return alarms.length
}

/** What comes out of one thing that hid it is hidden by the next: a shelved alarm of a machine whose maintenance is over is shelved still. */
export async function hideAgain(client: Client, alarms: readonly AlarmRow[], { nowMs }: Actor): Promise<void> {
  const open = alarms.filter(({ endedMs }) => endedMs === null)
  if (open.length === 0) return
  const hiding = await readHiding(client, open)
  for (const alarm of open) await hideOne(client, alarm, hiding.get(keyText(alarm)), nowMs)
}

const HIDES = { out_of_service: 'take_out_of_service', suppressed: 'suppress', shelved: 'shelve' } as const satisfies Record<string, AlarmEvent>
const STILL: Readonly<Record<keyof typeof HIDES, string>> = {
  out_of_service: 'it is out of service', suppressed: 'its machine is suppressed', shelved: 'it is shelved',
}

/** Brings an open alarm to where what hides it says that it is. */
export async function hideOne(client: Client, alarm: AlarmRow, hiding: Hiding | undefined, nowMs: number): Promise<void> {
  const { state, oneShot } = standingBefore(hiding)
  if (hiding === undefined || state === alarm.state || !(state in HIDES)) return
  const hidden = state as keyof typeof HIDES
  await act(client, alarm, standingOf(alarm, hiding), HIDES[hidden], { name: null, reason: STILL[hidden], nowMs, oneShot })
}

function messageOf(alarm: AlarmRow, step: Step, alertId: string, { name, reason, nowMs }: Actor): AlarmAlert {
  const by = name === null ? '' : ` by ${name}`
  const why = reason === null ? '' : `: ${reason}`
  return {
    alertId, alarm, severity: alarm.severity, transition: step.transition, atMs: nowMs, value: alarm.lastValue, level: alarm.lastLevel,
    description: `${step.transition.replaceAll('_', ' ')}${by}${why}`, detectedBy: alarm.detectedBy, logKey: null, offset: null,
  }
}

function recordOf(alarm: AlarmRow, episodeId: string | null, step: Step, alertId: string | null, actor: Actor): AlarmEventRow {
  return {
    episodeId, sensorKey: alarm.sensorKey, rule: alarm.rule, transition: step.transition, state: step.standing.state,
    announced: alertId !== null, occurredMs: actor.nowMs, actor: actor.name, reason: actor.reason, value: null, detail: null, alertId,
  }
}

/** So many in one call; the next goes on. */
const MOST_AT_ONCE = 1_000

/**
 * To be called about once a second, by any number of consumers at the same time, each in a transaction. Ends shelvings whose time is over, and brings
 * alarms to where they belong that were raised in the moment in which their rule was shelved, suppressed or taken out of service. Says how many
 * alarms changed.
 */
export async function expireShelving(client: Client, nowMs: number): Promise<number> {
  const over = timeOf(nowMs)
  const { rows: keys } = await client.query<AlarmKey>(
    'select sensor_key as "sensorKey", rule from alarm_shelf where until <= $1 limit $2', [over, MOST_AT_ONCE])
  if (keys.length === 0) return mendMissed(client, nowMs)
  // The alarms first, then the shelves: in the order in which everybody locks them.
  const alarms = await lockOpenAlarms(client, keys)
  const { rows: ended } = await client.query<AlarmKey>(
    `delete from alarm_shelf s using (
       select sensor_key, rule from alarm_shelf join unnest($2::int[], $3::text[]) as k (sensor_key, rule) using (sensor_key, rule)
       where until <= $1 order by sensor_key, rule for update of alarm_shelf skip locked) as o
     where s.sensor_key = o.sensor_key and s.rule = o.rule returning s.sensor_key as "sensorKey", s.rule`,
    [over, keys.map(({ sensorKey }) => sensorKey), keys.map(({ rule }) => rule)])
  const nobody: Actor = { name: null, reason: null, nowMs }
  const open = new Map(alarms.map((alarm) => [keyText(alarm), alarm]))
  let changed = 0
  for (const key of ended) {
    const alarm = open.get(keyText(key))
    if (alarm === undefined) await insertAlarmEvents(client, [expiredWithoutAlarm(key, nowMs)])
    else if ((await act(client, alarm, standingOf(alarm, undefined), 'shelving_expired', nobody)).outcome === 'done') changed++
  }
  await hideAgain(client, alarms, nobody)
  return changed + await mendMissed(client, nowMs)
}

function expiredWithoutAlarm({ sensorKey, rule }: AlarmKey, nowMs: number): AlarmEventRow {
  return {
    episodeId: null, sensorKey, rule, transition: 'shelving_expired', state: 'normal', announced: false, occurredMs: nowMs, actor: null, reason: null,
    value: null, detail: null, alertId: null,
  }
}

const SHOWN: readonly AlarmState[] = ['acknowledged', ...WAITING_STATES]
const SHOWS = { suppressed: 'unsuppress', shelved: 'unshelve', out_of_service: 'return_to_service' } as const satisfies Record<string, AlarmEvent>

/** Alarms that are hidden though nothing hides them, or shown though something does: raised in the moment in which that was changed. */
async function mendMissed(client: Client, nowMs: number): Promise<number> {
  const { rows: keys } = await client.query<AlarmKey>(
    `select a.sensor_key as "sensorKey", a.rule
     from (select *, exists (select from alarm_shelf s where s.sensor_key = alarm.sensor_key and s.rule = alarm.rule) as shelved,
         exists (select from alarm_out_of_service o where o.sensor_key = alarm.sensor_key and o.rule = alarm.rule) as out_of_service,
         exists (select from machine_suppression m where m.machine_id = alarm.machine_id and m.ended_at is null) as suppressed
       from alarm where ended_at is null) as a
     where (a.state = any($2) and (shelved or out_of_service or suppressed)) or (a.state = 'shelved' and not shelved)
       or (a.state = 'out_of_service' and not out_of_service) or (a.state = 'suppressed' and not suppressed)
     limit $1`, [MOST_AT_ONCE, SHOWN])
  if (keys.length === 0) return 0
  const alarms = await lockOpenAlarms(client, keys)
  const hiding = await readHiding(client, alarms)
  const nobody: Actor = { name: null, reason: null, nowMs }
  for (const [state, shows] of Object.entries(SHOWS)) {
    const freed = alarms.filter((alarm) => alarm.state === state && standingBefore(hiding.get(keyText(alarm))).state !== state)
    await actOnAll(client, freed, hiding, shows, nobody)
  }
  await hideAgain(client, alarms, nobody)
  return alarms.length
}
