import type { Alarm, LargeGroup, OpenAlarms } from '../../contract/alarm-api.ts'
import { ALARM_PRIORITIES, HIDDEN_STATES, WAITING_STATES } from '../../contract/alarm.ts'

/** The alarms of one machine that were raised within a minute, or of sensors that went silent: mostly one trouble, and one row. */
export interface AlarmGroup {
  readonly key: string
  /** The first one first; of a large group the most urgent. */
  readonly alarms: readonly Alarm[]
  /** All of it, where the service sends some only. */
  readonly large: LargeGroup | null
}

export function isHidden({ state }: Alarm): boolean {
  return HIDDEN_STATES.includes(state)
}

export function isUnacknowledged({ state }: Alarm): boolean {
  return WAITING_STATES.includes(state)
}

/** Those of the group that wait for somebody, sent or not. */
export function waitingIn({ alarms, large }: AlarmGroup): number {
  return Math.max(alarms.filter(isUnacknowledged).length, large?.unacknowledged ?? 0)
}

/** A latched one whose condition has cleared and that was seen: it goes when it is reset. */
export function canBeReset({ state, latched, condition_active: active }: Alarm): boolean {
  return state === 'acknowledged' && latched && !active
}

/** The worst priority of those that wait, else of all. */
export function priorityOf({ alarms }: AlarmGroup): Alarm['priority'] {
  const waiting = alarms.filter(isUnacknowledged)
  const counting = (waiting.length > 0 ? waiting : alarms).map(({ priority }) => priority)
  return ALARM_PRIORITIES.find((priority) => counting.includes(priority)) ?? 'low'
}

/** What operators see: those that wait before the others, of each the worst first, then the newest. */
export function visibleGroups(alarms: readonly Alarm[], largeGroups: readonly LargeGroup[]): AlarmGroup[] {
  const large = new Map(largeGroups.map((group) => [group.group_id, group]))
  const groups = new Map<string, Alarm[]>()
  for (const alarm of alarms) {
    if (isHidden(alarm) || alarm.state === 'normal') continue
    const key = alarm.group_id ?? alarm.episode_id
    groups.set(key, [...groups.get(key) ?? [], alarm])
  }
  return [...groups].map(([key, members]) => ({ key, alarms: members.toSorted(byTime), large: large.get(key) ?? null })).toSorted(byUrgency)
}

function byTime(a: Alarm, b: Alarm): number {
  return a.raised_at.localeCompare(b.raised_at) || a.episode_id.localeCompare(b.episode_id)
}

function byUrgency(a: AlarmGroup, b: AlarmGroup): number {
  const newest = (group: AlarmGroup): string => group.alarms.at(-1)?.raised_at ?? ''
  return Number(b.alarms.some(isUnacknowledged)) - Number(a.alarms.some(isUnacknowledged))
    || ALARM_PRIORITIES.indexOf(priorityOf(a)) - ALARM_PRIORITIES.indexOf(priorityOf(b))
    || newest(b).localeCompare(newest(a)) || a.key.localeCompare(b.key)
}

/** Answers to what was done here, newer than what the stream has sent. */
export function withAnswers(alarms: readonly Alarm[], answers: ReadonlyMap<string, Alarm>): readonly Alarm[] {
  if (answers.size === 0) return alarms
  return alarms.map((alarm) => {
    const answer = answers.get(alarm.episode_id)
    return answer !== undefined && answer.changed_at >= alarm.changed_at ? answer : alarm
  })
}

/** The service sends the most urgent of the open alarms, of large groups a few, and counts all of them. */
export function isCut({ alarms, counts }: OpenAlarms): boolean {
  return counts.open > alarms.length
}

/** High ones that nobody has acknowledged, newest change first. */
export function waitingHigh(section: OpenAlarms | undefined): Alarm[] {
  return section?.alarms.filter((alarm) => alarm.priority === 'high' && isUnacknowledged(alarm)) ?? []
}
