import type { OpenAlarms } from '../../contract/alarm-api.ts'

/** One thing that suppresses a machine. */
export type Suppression = OpenAlarms['suppressed_machines'][number]

/** By machine; it may be suppressed by several things. */
export function byMachine(suppressions: readonly Suppression[]): Map<string, Suppression[]> {
  return Map.groupBy(suppressions, ({ machine_id: id }) => id)
}

/** Whether its alarms are hidden only because they follow from another one. */
export function isOnlyConsequence(suppressions: readonly Suppression[]): boolean {
  return suppressions.every(({ source }) => source === 'group')
}

/** `says olga: new bearing`; of the calendar or a group, which of them it is. */
export function whyInWords({ source, suppressed_by: by, reason }: Suppression): string {
  if (source === 'operator') return `says ${by}: ${reason}`
  return source === 'calendar' ? `by the calendar: ${reason}` : `by the suppression group ${reason}`
}
