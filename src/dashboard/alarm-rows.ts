import type { RecentAlert } from '../contract/api.ts'

/** The alerts of one episode, one alarm from being raised to being over, as one row. */
export interface AlarmRow {
  readonly newest: RecentAlert
  readonly count: number
  /** Time of the oldest alert of the episode that is in the list. */
  readonly first: string
}

/** Takes alerts newest first and gives one row per episode, newest first. An alert without an episode is a row of its own. */
export function alarmRows(alerts: readonly RecentAlert[]): AlarmRow[] {
  const rows = new Map<string, AlarmRow>()
  for (const alert of alerts) {
    const key = alert.episode_id ?? alert.alert_id
    const row = rows.get(key)
    rows.set(key, { newest: row?.newest ?? alert, count: (row?.count ?? 0) + 1, first: alert.timestamp })
  }
  return [...rows.values()]
}
