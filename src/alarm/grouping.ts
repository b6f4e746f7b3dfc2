import type { AlarmRule } from '../contract/alarm.ts'

/** Alarms of a machine that are raised within this time after the first of them are one group (OPC UA's FirstInGroup). */
const GROUP_WINDOW_MS = 60_000
/** What stops many sensors at once, as a gateway does, is found sensor by sensor: of one that reports each minute after three of them. */
const SILENCE_WINDOW_MS = 300_000

/** The group that the latest alarms of a machine, or of silent sensors, belong to. */
export interface AlarmGroup {
  /** The episode of its first alarm. */
  readonly groupId: string
  /** When that was raised, ms since 1970. */
  readonly firstMs: number
}

/** Silent sensors are one group wherever they are: mostly it isn't the machines that are silent, but what lies between them and us. */
export function isAcrossMachines(rule: AlarmRule): boolean {
  return rule === 'stale_signal'
}

/** Alarms of which this is the same are one group, when they come together. */
export function groupedBy(rule: AlarmRule, machineId: string): string {
  return isAcrossMachines(rule) ? rule : `machine ${machineId}`
}

export function groupWindowMs(rule: AlarmRule): number {
  return isAcrossMachines(rule) ? SILENCE_WINDOW_MS : GROUP_WINDOW_MS
}

/**
 * The group of an alarm of this rule that was raised: the open one, or one that it opens itself. Counted from the group's first, not from its newest,
 * so that a machine which never rests is not one group for ever. An alarm that is older than its group by less than the window joins it too:
 * two sensors' readings don't come in the order of their times.
 */
export function groupOf(open: AlarmGroup | undefined, rule: AlarmRule, episodeId: string, raisedMs: number): AlarmGroup {
  if (open !== undefined && Math.abs(raisedMs - open.firstMs) <= groupWindowMs(rule)) return open
  return { groupId: episodeId, firstMs: raisedMs }
}
