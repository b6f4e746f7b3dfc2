import type { Alarm } from '../../contract/alarm-api.ts'
import type { AlarmGroup } from './alarm-groups.ts'

/**
 * The rows while somebody works in them: each stays where it is, with what is known of it now, also when it is over or hidden; new ones come
 * below. A list that sorts itself under a finger lets it press the button of another alarm.
 * `complete`: `known` holds all open alarms, so that one which is missing is over.
 */
export function steadyGroups(
  before: readonly AlarmGroup[], groups: readonly AlarmGroup[], known: ReadonlyMap<string, Alarm>, complete: boolean,
): AlarmGroup[] {
  const now = new Map(groups.map((group) => [group.key, group]))
  const stayed = before.map(({ key, alarms, large }) => {
    const ids = new Set(alarms.map(({ episode_id: id }) => id))
    const group = now.get(key)
    const added = group?.alarms.filter(({ episode_id: id }) => !ids.has(id)) ?? []
    return {
      key, large: group === undefined ? large : group.large,
      alarms: [...alarms.map((alarm) => known.get(alarm.episode_id) ?? (complete ? { ...alarm, state: 'normal' as const } : alarm)), ...added],
    }
  })
  const keys = new Set(before.map(({ key }) => key))
  return [...stayed, ...groups.filter(({ key }) => !keys.has(key))]
}

/** Rows of one order that have another place, or none, in the other. */
export function misplaced(shown: readonly AlarmGroup[], sorted: readonly AlarmGroup[]): number {
  return shown.filter(({ key }, index) => sorted[index]?.key !== key).length
}
