import type { Calendar } from '../calendar/calendar.ts'
import { fits } from '../calendar/machine-pattern.ts'
import type { AlarmRule } from '../contract/alarm.ts'

/** A machine that is to be suppressed now. */
export interface WantedSuppression {
  readonly machineId: string
  readonly source: 'calendar' | 'group'
  /** Of the maintenance or the group. */
  readonly name: string
  /** Milliseconds since 1970; null: as long as its cause is there. */
  readonly untilMs: number | null
  readonly reason: string
}

/** An active alarm that the group at this place in the calendar names. */
export interface Cause {
  readonly group: number
  readonly machineId: string
  readonly sensorId: string
  readonly rule: AlarmRule
}

/**
 * What the calendar's maintenance and its suppression groups ask for at this moment. `machines` are those that are known, for patterns. A machine
 * that one group suppresses is the cause of no other one: so no two hide each other, and the first group goes before the others.
 */
export function wantedSuppressions(calendar: Calendar, nowMs: number, machines: readonly string[], causes: readonly Cause[]): WantedSuppression[] {
  const wanted = new Map<string, WantedSuppression>()
  const all = (patterns: readonly string[]): string[] => [...new Set(patterns.flatMap((pattern) => (
    pattern.includes('*') ? machines.filter((machine) => fits(pattern, machine)) : [pattern])))]

  for (const { name, toMs, machines: patterns } of calendar.maintenanceBetween(nowMs, nowMs + 1)) {
    for (const machineId of all(patterns)) {
      const key = JSON.stringify([machineId, 'calendar', name])
      const untilMs = Math.max(toMs, wanted.get(key)?.untilMs ?? 0)
      wanted.set(key, { machineId, source: 'calendar', name, untilMs, reason: name })
    }
  }
  const suppressed = new Set<string>()
  for (const [place, { name, suppress }] of calendar.groups.entries()) {
    const own = causes.filter(({ group, machineId }) => group === place && !suppressed.has(machineId))
    const [cause] = own
    if (cause === undefined) continue
    for (const machineId of all(suppress)) {
      if (own.some((each) => each.machineId === machineId)) continue
      suppressed.add(machineId)
      const reason = `${name}: ${cause.rule.replaceAll('_', ' ')} at ${cause.sensorId} of ${cause.machineId}`
      wanted.set(JSON.stringify([machineId, 'group', name]), { machineId, source: 'group', name, untilMs: null, reason })
    }
  }
  return [...wanted.values()]
}
