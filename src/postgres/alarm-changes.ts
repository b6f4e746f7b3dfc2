import { randomUUID } from 'node:crypto'
import { nextStanding } from '../alarm/alarm-state.ts'
import type { AlarmEvent, Step } from '../alarm/alarm-state.ts'
import { severityRank } from '../alarm/alarm-rules.ts'
import type { ConditionChange as ConditionTransition } from '../alarm/condition.ts'
import { groupOf, groupWindowMs, groupedBy, isAcrossMachines } from '../alarm/grouping.ts'
import type { AlarmGroup } from '../alarm/grouping.ts'
import type { AlarmPriority, AlarmRule } from '../contract/alarm.ts'
import type { AlertLevel } from '../contract/sensor-types.ts'
import { ADVISORY_LOCKS } from './advisory-locks.ts'
import { alertStatus, insertAlarmAlerts, insertAlarmEvents, takeStep, updateAlertStatus } from './alarm-events.ts'
import type { AlarmAlert, AlarmEventRow } from './alarm-events.ts'
import {
  insertWhereNoneIsOpen, keyText, lockDecommissioned, lockOpenAlarms, readHiding, standingBefore, standingOf, timeOf, writeAlarmRows,
} from './alarm-rows.ts'
import type { AlarmKey, AlarmRow, Hiding } from './alarm-rows.ts'
import type { Client } from './pool.ts'

/** A change of a condition, as `followCondition` returned it, with what it is about. Times are milliseconds since 1970. */
export interface ConditionChange extends AlarmKey {
  readonly transition: ConditionTransition
  /** Of the reading that raised the condition: the `alertId` of its `raised`. A UUID, as text or as its 16 bytes. */
  readonly episodeId: string | Buffer
  /** The same whenever this change is found again; null for `updated`, which nobody is told. */
  readonly alertId: string | Buffer | null
  readonly sensorId: string
  readonly sensorType: string
  readonly machineId: string
  /** JSON of the contract's location. */
  readonly location: string
  readonly priority: AlarmPriority
  readonly severity: AlarmPriority
  /** The rule's alarms stay when they have cleared, until they are reset. */
  readonly latch: boolean
  /** Of the reading, or of the moment at which there should have been one. */
  readonly timeMs: number
  readonly value: number
  readonly level: AlertLevel
  readonly unit: string
  readonly description: string
  readonly peakValue: number
  readonly peakMs: number
  /** How far the peak went: of two peaks of an episode the farther one counts. */
  readonly peakExcess: number
  /** Readings that the rule fired for since the change before: `addedReadings` of the condition, not all of them. */
  readonly addedReadings: number
  readonly raisedMs: number
  /** Where the reading is; both null: no reading made the change. */
  readonly logKey: number | null
  readonly offset: number | null
  /** Whose word it is, where it is no reading of that log that made the change. */
  readonly saidBy?: number
  readonly detectedBy: string
}

const EVENT_OF: Readonly<Record<Exclude<ConditionTransition, 'updated'>, AlarmEvent>> = {
  raised: 'raise', escalated: 'escalate', realarmed: 'realarm', cleared: 'clear',
}
/** The condition is there. */
const APPEARS: readonly ConditionTransition[] = ['raised', 'escalated', 'realarmed']
/** In `active_logs`: found by no log. */
const NO_LOG = 0
/**
 * What a log said of a condition counts no longer when it says nothing for so long: a condition that is over says so every 10 s. The sensor's readings
 * come through other logs then, as they do when the topic got more partitions.
 */
export const LOG_SILENT_MS = 900_000

/** What a call of `applyConditionChanges` has to write. */
interface Work {
  readonly open: Map<string, AlarmRow>
  readonly hiding: Map<string, Hiding>
  /** By `groupedBy`. */
  readonly groups: Map<string, AlarmGroup>
  /** As they were stored. Messages that are new have the newest anyhow. */
  readonly statusBefore: Map<string, string>
  readonly touched: Map<string, AlarmRow>
  readonly events: AlarmEventRow[]
  readonly alerts: AlarmAlert[]
  readonly endedShelves: AlarmKey[]
}

/**
 * Takes these changes, in order, into the alarms, their events and their messages: in the transaction of the batch that found them, so that there is
 * neither without the other. One alarm is open for a sensor and rule: what else is raised of it joins that one, and it is cleared when all logs that raised
 * it have, or are silent for 15 minutes. That an alarm cleared that isn't open is ignored. Of what is shelved, suppressed or out of service
 * there is a record and no message; of a sensor that is decommissioned there is nothing. Rows are locked in the order of sensor_key and rule.
 */
export async function applyConditionChanges(client: Client, found: readonly ConditionChange[]): Promise<void> {
  if (found.length === 0) return
  const decommissioned = await lockDecommissioned(client, found.map(({ sensorKey }) => sensorKey))
  const changes = found.filter(({ sensorKey }) => !decommissioned.has(sensorKey))
  if (changes.length === 0) return
  await lockSilence(client, changes)
  const keys = new Map(changes.map((change) => [keyText(change), change]))
  const sorted = [...keys.values()].toSorted((a, b) => a.sensorKey - b.sensorKey || (a.rule < b.rule ? -1 : 1))
  // First of all, so that what another consumer inserts at this moment is waited for, and found by the next statement.
  const first = new Map(changes.filter(({ transition }) => APPEARS.includes(transition)).toReversed().map((change) => [keyText(change), change]))
  await insertWhereNoneIsOpen(client, sorted.flatMap((key) => {
    const change = first.get(keyText(key))
    return change === undefined ? [] : [newRow(change)]
  }))
  const rows = await lockOpenAlarms(client, sorted)
  const work: Work = {
    open: new Map(rows.map((row) => [keyText(row), row])), hiding: await readHiding(client, sorted),
    groups: await readGroups(client, changes), statusBefore: new Map(rows.map((row) => [row.episodeId, alertStatus(row)])),
    touched: new Map(), events: [], alerts: [], endedShelves: [],
  }
  for (const change of changes) applyChange(work, change)
  await write(client, work)
}

function applyChange(work: Work, given: ConditionChange): void {
  const key = keyText(given)
  let row = work.open.get(key)
  const change = given.transition === 'updated' && (row === undefined || !row.conditionActive) ? raisedAgain(given) : given
  const appears = APPEARS.includes(change.transition)
  if (row === undefined) {
    if (!appears) return
    row = newRow(change)
    work.open.set(key, row)
  }
  const hiding = work.hiding.get(key)
  // Inserted for a change that is still to come, or for this one.
  const isNew = row.state === 'normal'
  if (isNew && !appears) return
  if (isNew) row.groupId = joinGroup(work.groups, row)
  takeFigures(row, change)
  work.touched.set(row.episodeId, row)
  if (change.transition === 'updated') return
  if (change.transition === 'cleared' && Object.keys(row.activeLogs).length > 0) return
  const before = isNew ? standingBefore(hiding) : standingOf(row, hiding)
  const step = nextStanding(before, EVENT_OF[change.transition], { latching: change.latch })
  if (step === 'ignored' || 'refused' in step) return
  record(work, row, step, change)
  if (row.endedMs !== null) work.open.delete(key)
}

function record(work: Work, row: AlarmRow, step: Step, change: ConditionChange): void {
  takeStep(row, step, change.timeMs)
  const alertId = step.announced && change.alertId !== null ? uuidText(change.alertId) : null
  work.events.push({
    episodeId: row.episodeId, sensorKey: row.sensorKey, rule: row.rule, transition: step.transition, state: step.standing.state,
    announced: step.announced, occurredMs: change.timeMs, actor: null, reason: null, value: change.value, detail: change.description, alertId,
  })
  if (step.transition === 'shelving_expired') {
    work.endedShelves.push(row)
    // It was shelved, so nothing else hid it; what is raised next in this batch is seen.
    work.hiding.delete(keyText(row))
  }
  if (alertId === null) return
  work.alerts.push({
    alertId, alarm: row, severity: row.severity, transition: step.transition, atMs: change.timeMs, value: change.value, level: change.level,
    description: change.description, detectedBy: change.detectedBy, logKey: change.logKey, offset: change.offset,
  })
}

async function write(client: Client, { touched, events, alerts, endedShelves, statusBefore }: Work): Promise<void> {
  const rows = [...touched.values()]
  await writeAlarmRows(client, rows)
  await insertAlarmAlerts(client, alerts)
  await insertAlarmEvents(client, events)
  await updateAlertStatus(client, rows.filter((row) => statusBefore.has(row.episodeId) && statusBefore.get(row.episodeId) !== alertStatus(row)))
  if (endedShelves.length > 0) await client.query(
    'delete from alarm_shelf s using unnest($1::int[], $2::text[]) as k (sensor_key, rule) where s.sensor_key = k.sensor_key and s.rule = k.rule',
    [endedShelves.map(({ sensorKey }) => sensorKey), endedShelves.map(({ rule }) => rule)])
}

/** The condition stands, and its alarm doesn't: another log cleared it, for which this one was silent for too long. So it is another alarm. */
function raisedAgain(change: ConditionChange): ConditionChange {
  const id = randomUUID()
  return { ...change, transition: 'raised', episodeId: id, alertId: id }
}

/** One that was not raised yet. */
function newRow(change: ConditionChange): AlarmRow {
  const { sensorKey, sensorId, sensorType, machineId, location, rule, priority, severity, timeMs, value, level, unit, description } = change
  return {
    // Where it wasn't raised just now it was over once, under the other id.
    episodeId: change.transition === 'raised' ? uuidText(change.episodeId) : randomUUID(),
    sensorKey, sensorId, sensorType, machineId, location, rule, priority, severity, state: 'normal',
    conditionActive: false, latched: false, activeLogs: {}, raisedMs: timeMs, escalatedMs: null, clearedMs: null, acknowledgedMs: null,
    acknowledgedBy: null, endedMs: null, firstValue: value, lastValue: value, lastLevel: level, peakValue: change.peakValue,
    peakMs: change.peakMs, peakExcess: change.peakExcess, unit, readings: 0, description, groupId: null, logKey: change.logKey,
    detectedBy: change.detectedBy, changedMs: timeMs,
  }
}

function takeFigures(row: AlarmRow, change: ConditionChange): void {
  const log = String(change.saidBy ?? change.logKey ?? NO_LOG)
  const others = Object.entries(row.activeLogs).filter(([key, saidMs]) => key !== log && change.timeMs - saidMs <= LOG_SILENT_MS)
  row.activeLogs = Object.fromEntries(change.transition === 'cleared' ? others : [...others, [log, change.timeMs]])
  row.lastValue = change.value
  row.lastLevel = change.level
  row.readings += change.addedReadings
  if (change.peakExcess > row.peakExcess) {
    row.peakValue = change.peakValue
    row.peakMs = change.peakMs
    row.peakExcess = change.peakExcess
  }
  // The text of what is over says what was; that of what has cleared is in its event.
  if (change.transition !== 'cleared') row.description = change.description
  if (severityRank(change.priority) > severityRank(row.priority)) row.priority = change.priority
  if (row.severity !== 'critical' && severityRank(change.severity) > severityRank(row.severity)) row.severity = change.severity
}

function joinGroup(groups: Map<string, AlarmGroup>, { rule, machineId, episodeId, raisedMs }: AlarmRow): string {
  const by = groupedBy(rule, machineId)
  const group = groupOf(groups.get(by), rule, episodeId, raisedMs)
  groups.set(by, group)
  return group.groupId
}

/** Of each machine that something is raised at, and of the sensors that are silent: the newest group that may still be open. */
async function readGroups(client: Client, changes: readonly ConditionChange[]): Promise<Map<string, AlarmGroup>> {
  const groups = new Map<string, AlarmGroup>()
  for (const across of [false, true]) {
    const raised = changes.filter(({ rule, transition }) => APPEARS.includes(transition) && isAcrossMachines(rule) === across)
    const [first] = raised
    if (first === undefined) continue
    const times = raised.map(({ timeMs }) => timeMs)
    const windowMs = groupWindowMs(first.rule)
    const names = new Set(raised.map(({ machineId, rule }) => (across ? rule : machineId)))
    const { rows } = await client.query<AlarmGroup & { machineId: string, rule: AlarmRule }>(
      `select machine_id as "machineId", rule, group_id as "groupId", (extract(epoch from raised_at) * 1000)::float8 as "firstMs"
       from alarm where ${across ? 'rule' : 'machine_id'} = any($1) and group_id = episode_id and raised_at between $2 and $3 order by raised_at`,
      [[...names], timeOf(Math.min(...times) - windowMs), timeOf(Math.max(...times) + windowMs)])
    // Of each the newest is the last.
    for (const { rule, machineId, ...group } of rows) if (isAcrossMachines(rule) === across) groups.set(groupedBy(rule, machineId), group)
  }
  return groups
}

/**
 * Two consumers that find silent sensors at the same moment would each begin a group. Taken before any alarm is locked, and held until the
 * transaction is over.
 */
async function lockSilence(client: Client, changes: readonly ConditionChange[]): Promise<void> {
  if (!changes.some(({ rule, transition }) => isAcrossMachines(rule) && transition === 'raised')) return
  await client.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.silence])
}

/** As PostgreSQL writes it, so that two of one id are equal. */
export function uuidText(id: string | Buffer): string {
  const hex = typeof id === 'string' ? id.toLowerCase().replaceAll('-', '') : id.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
