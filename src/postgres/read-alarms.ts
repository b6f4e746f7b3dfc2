import { HIDDEN_STATES } from '../contract/alarm.ts'
import type { AlarmPriority, AlarmRule, AlarmState, AlarmTransition } from '../contract/alarm.ts'
import { ALARM_SELECTION } from './alarm-rows.ts'
import type { AlarmRow } from './alarm-rows.ts'
import type { Queryable } from './pool.ts'

/** An alarm with its sensor's name, and with its shelf while it is shelved. */
export interface ListedAlarm extends AlarmRow {
  readonly sensorName: string | null
  /** Milliseconds since 1970; null: not shelved, or until the condition clears. */
  readonly shelvedUntilMs: number | null
  readonly shelvedBy: string | null
  readonly shelvedReason: string | null
}

const COLUMNS = `${ALARM_SELECTION}, (select name from sensors n where n.sensor_key = a.sensor_key) as "sensorName",
  (extract(epoch from h.until) * 1000)::float8 as "shelvedUntilMs", h.shelved_by as "shelvedBy",
  h.reason as "shelvedReason"`
const SHELF = `left join alarm_shelf h on a.state = 'shelved' and h.sensor_key = a.sensor_key and h.rule = a.rule`
const ALL = `from alarm a ${SHELF}`
/** The offset keeps the planner from going through all alarms in their order to the first open ones: 90 ms among 500,000, where this takes 9. */
const OPEN_ALARMS = 'from (select * from alarm where ended_at is null offset 0) as a'
const OPEN = `${OPEN_ALARMS} ${SHELF}`

/** Whatever is undefined doesn't matter. */
export interface AlarmFilter {
  readonly state?: AlarmState
  readonly priority?: AlarmPriority
  readonly machine?: string
  readonly sensor?: string
  readonly rule?: AlarmRule
  readonly open?: boolean
}

interface Sort {
  readonly expression: string
  /** What it is as text, in a cursor, and back. */
  readonly toText: string
  readonly fromText: string
}

const byTime = (column: string): Sort => ({
  expression: column, toText: `(extract(epoch from ${column}) * 1000000)::bigint::text`,
  fromText: `timestamptz 'epoch' + $6::text::bigint * interval '1 microsecond'`,
})
const byText = (column: string): Sort => ({ expression: column, toText: column, fromText: '$6::text' })
const RANK = `array_position(array['high', 'medium', 'low'], a.priority)`

/** By what alarms are ordered: the most urgent priority is the first. */
const SORTS = {
  raised_at: byTime('a.raised_at'), changed_at: byTime('a.changed_at'), sensor: byText('a.sensor_id'), machine: byText('a.machine_id'),
  priority: { expression: RANK, toText: `${RANK}::text`, fromText: '$6::text::int' },
} as const satisfies Record<string, Sort>
export type AlarmSort = keyof typeof SORTS
export const ALARM_SORTS = Object.keys(SORTS) as AlarmSort[]
/** Only of open ones: the many that are over have no index by these. */
export const OPEN_SORTS: readonly AlarmSort[] = ['changed_at', 'priority']

export interface AlarmQuestion extends AlarmFilter {
  readonly sort: AlarmSort
  readonly order: 'asc' | 'desc'
  readonly limit: number
  /** The last alarm of the page before. */
  readonly after: AlarmPosition | null
}

/** Where an alarm is in the order: what it is ordered by (of a time its microseconds since 1970, of a priority 1 to 3), and its id. */
export interface AlarmPosition {
  readonly key: string
  readonly episodeId: string
}

/** A page of the alarms that fit, and where the next one begins; null: this is the last. */
export async function readAlarms(db: Queryable, question: AlarmQuestion): Promise<{ readonly alarms: ListedAlarm[], readonly next: AlarmPosition | null }> {
  const { state, priority, machine, sensor, rule, open, limit, after } = question
  const { expression, toText, fromText } = SORTS[question.sort]
  const direction = question.order === 'asc' ? 'asc' : 'desc'
  const { rows } = await db.query<ListedAlarm & { readonly sortKey: string }>(
    `select ${COLUMNS}, ${toText} as "sortKey" ${open === true ? OPEN : ALL}
     where ($1::text is null or a.state = $1) and ($2::text is null or a.priority = $2) and ($3::text is null or a.machine_id = $3)
       and ($4::text is null or a.sensor_id = $4) and ($5::text is null or a.rule = $5) ${open === false ? 'and a.ended_at is not null' : ''}
       and ($6::text is null or (${expression}, a.episode_id) ${direction === 'asc' ? '>' : '<'} (${fromText}, $7::uuid))
     order by ${expression} ${direction}, a.episode_id ${direction} limit $8`,
    [state ?? null, priority ?? null, machine ?? null, sensor ?? null, rule ?? null, after?.key ?? null, after?.episodeId ?? null, limit + 1])
  const alarms = rows.slice(0, limit)
  const last = alarms.at(-1)
  return { alarms, next: rows.length > limit && last !== undefined ? { key: last.sortKey, episodeId: last.episodeId } : null }
}

/** Null: there is none of this id. */
export async function readAlarm(db: Queryable, episodeId: string): Promise<ListedAlarm | null> {
  const { rows } = await db.query<ListedAlarm>(`select ${COLUMNS} ${ALL} where a.episode_id = $1`, [episodeId])
  return rows[0] ?? null
}

export interface AlarmEventListed {
  readonly eventId: number
  readonly transition: AlarmTransition
  readonly state: AlarmState
  readonly announced: boolean
  readonly occurredAt: Date
  readonly recordedAt: Date
  readonly actor: string | null
  readonly reason: string | null
  readonly value: number | null
  readonly detail: string | null
}

/** Of an episode, oldest first. */
export async function readAlarmEvents(db: Queryable, episodeId: string, most: number): Promise<AlarmEventListed[]> {
  const { rows } = await db.query<AlarmEventListed>(
    `select event_id as "eventId", transition, state, announced, occurred_at as "occurredAt", recorded_at as "recordedAt", actor, reason, value, detail
     from alarm_event where episode_id = $1 order by event_id limit $2`, [episodeId, most])
  return rows
}

/** Rises with each change of an alarm but those of its figures; 0: there was none. */
export async function readLatestAlarmEvent(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ latest: number }>('select coalesce(max(event_id), 0)::bigint as latest from alarm_event')
  return rows[0]?.latest ?? 0
}

/** Of a group not more than these are told to the page; of the others how many there are. */
export const MOST_OF_GROUP = 10

const HIDDEN = `a.state in ('${HIDDEN_STATES.join(`', '`)}')`
const URGENCY = `${HIDDEN}, a.state = 'acknowledged', ${RANK}, a.changed_at desc, a.episode_id`
const GROUP = 'coalesce(a.group_id, a.episode_id)'

/**
 * The most urgent of the open alarms: those that wait for somebody before those that were seen, then those that are hidden; of each the highest
 * priority, then the newest change. By the change alone, a flood of low ones would push out the high ones, and a group of a thousand all others.
 */
export async function readOpenAlarms(db: Queryable, most: number): Promise<ListedAlarm[]> {
  const { rows } = await db.query<ListedAlarm>(
    `select ${COLUMNS} from (
       select a.*, row_number() over (partition by ${GROUP}, ${HIDDEN} order by ${URGENCY}) as place ${OPEN_ALARMS}) as a ${SHELF}
     where place <= ${MOST_OF_GROUP} order by ${URGENCY} limit $1`, [most])
  return rows
}

export interface LargeGroup {
  readonly groupId: string
  /** Alarms that are open and not hidden. */
  readonly alarms: number
  readonly unacknowledged: number
  readonly machines: number
}

/** The groups of which not all are told, the largest first. */
export async function readLargeGroups(db: Queryable, most: number): Promise<LargeGroup[]> {
  const { rows } = await db.query<LargeGroup>(
    `select ${GROUP} as "groupId", count(*) as alarms, count(*) filter (where a.state <> 'acknowledged') as unacknowledged,
       count(distinct a.machine_id) as machines
     ${OPEN_ALARMS} where not ${HIDDEN} group by 1 having count(*) > ${MOST_OF_GROUP} order by 2 desc limit $1`, [most])
  return rows
}

export interface OpenCount {
  readonly state: AlarmState
  readonly priority: AlarmPriority
  readonly count: number
}

export async function countOpenAlarms(db: Queryable): Promise<OpenCount[]> {
  const { rows } = await db.query<OpenCount>('select state, priority, count(*) as count from alarm where ended_at is null group by state, priority')
  return rows
}

export interface LearningCount {
  readonly sensors: number
  readonly unfinished: number
  /** Of those that are unfinished, 0 to 1. */
  readonly learned: number
}

/** Of the detectors of the sensors in service, as they were stored last. */
export async function countLearningSensors(db: Queryable): Promise<LearningCount> {
  const { rows } = await db.query<LearningCount>(`
    select count(*) as sensors, count(*) filter (where learned < 1) as unfinished, coalesce(avg(learned) filter (where learned < 1), 1) as learned
    from sensor_outlook o where not exists (select from sensors s where s.sensor_key = o.sensor_key and s.status = 'decommissioned')`)
  return rows[0] as LearningCount
}
