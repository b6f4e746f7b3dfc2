/** Alarms of a machine that are raised within this time after the first of them are one group (OPC UA's FirstInGroup). */
export const GROUP_WINDOW_MS = 60_000

/** The group that a machine's latest alarms belong to. */
export interface AlarmGroup {
  /** The episode of its first alarm. */
  readonly groupId: string
  /** When that was raised, ms since 1970. */
  readonly firstMs: number
}

/**
 * The group of an alarm that was raised: the machine's open one, or one that it opens itself. Counted from the group's first, not from its newest,
 * so that a machine which never rests is not one group for ever. An alarm that is older than its group by less than the window joins it too:
 * two sensors' readings don't come in the order of their times.
 */
export function groupOf(open: AlarmGroup | undefined, episodeId: string, raisedMs: number): AlarmGroup {
  if (open !== undefined && Math.abs(raisedMs - open.firstMs) <= GROUP_WINDOW_MS) return open
  return { groupId: episodeId, firstMs: raisedMs }
}
