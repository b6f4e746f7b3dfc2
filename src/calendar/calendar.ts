import type { AlarmRule } from '../contract/alarm.ts'
import { fits } from './machine-pattern.ts'
import { spanFinder, touches, weeklySpans } from './spans.ts'
import type { Span, Weekly } from './spans.ts'
import { createTimeZone } from './time-zone.ts'
import type { TimeZone } from './time-zone.ts'

/** What a calendar file says. */
export interface CalendarSettings {
  readonly zone: TimeZone
  /** None runs while another one does. */
  readonly shifts: readonly Weekly[]
  /** Local days since 1970 on which no shift begins. */
  readonly holidays: ReadonlySet<number>
  readonly maintenance: readonly MaintenanceRule[]
  readonly groups: readonly SuppressionGroup[]
}

export interface MaintenanceRule {
  /** Patterns of machines' names. */
  readonly machines: readonly string[]
  readonly when: Weekly | Span
}

/** While an alarm of `when` is active, the machines of `suppress` are suppressed, because theirs follow from it. */
export interface SuppressionGroup {
  readonly name: string
  /** Patterns; null: any. One of the first two is given. */
  readonly when: { readonly machine: string | null, readonly sensor: string | null, readonly rule: AlarmRule | null }
  /** Patterns of machines' names. */
  readonly suppress: readonly string[]
}

export interface Maintenance extends Span {
  /** Patterns of machines' names. */
  readonly machines: readonly string[]
}

/** When the plant works, and when which machine doesn't. All times are milliseconds since 1970; pure. */
export interface Calendar {
  readonly zone: TimeZone
  readonly holidays: ReadonlySet<number>
  readonly rules: readonly MaintenanceRule[]
  readonly groups: readonly SuppressionGroup[]
  /** Null: the plant rests. */
  shiftAt(timeMs: number): Span | null
  /** Those that touch the time, whole, the first one first. */
  shiftsBetween(fromMs: number, toMs: number): Span[]
  /** Finds the maintenance that the machine is in at a time. Null: it never is in any. */
  maintenanceOf(machineId: string): ((timeMs: number) => Span | null) | null
  /** Those that touch the time, whole, the first one first. */
  maintenanceBetween(fromMs: number, toMs: number): Maintenance[]
}

const MOST_MACHINES_KEPT = 10_000
const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6]

/** Where nothing else is said: three shifts of eight hours. */
export const THREE_SHIFTS: readonly Weekly[] = [
  { name: 'early', days: EVERY_DAY, fromMin: 360, toMin: 840 },
  { name: 'late', days: EVERY_DAY, fromMin: 840, toMin: 1_320 },
  { name: 'night', days: EVERY_DAY, fromMin: 1_320, toMin: 1_800 },
]

export function createCalendar({ zone, shifts, holidays, maintenance, groups }: CalendarSettings): Calendar {
  const byBegin = (a: Span, b: Span): number => a.fromMs - b.fromMs
  const shiftsBetween = (fromMs: number, toMs: number): Span[] => (
    shifts.flatMap((shift) => weeklySpans(shift, zone, fromMs, toMs, holidays)).toSorted(byBegin))
  const machines = new Map<string, ((timeMs: number) => Span | null) | null>()

  const spansOf = ({ when }: MaintenanceRule, fromMs: number, toMs: number): Span[] => (
    'days' in when ? weeklySpans(when, zone, fromMs, toMs) : touches(when, fromMs, toMs) ? [when] : [])

  function finderOf(machineId: string): ((timeMs: number) => Span | null) | null {
    const own = maintenance.filter((rule) => rule.machines.some((pattern) => fits(pattern, machineId)))
    return own.length === 0 ? null : spanFinder((fromMs, toMs) => own.flatMap((rule) => spansOf(rule, fromMs, toMs)))
  }

  return {
    zone, holidays, rules: maintenance, groups, shiftsBetween,
    shiftAt: spanFinder(shiftsBetween),
    maintenanceOf(machineId) {
      if (maintenance.length === 0) return null
      let finder = machines.get(machineId)
      if (finder === undefined) {
        if (machines.size === MOST_MACHINES_KEPT) machines.clear()
        machines.set(machineId, finder = finderOf(machineId))
      }
      return finder
    },
    maintenanceBetween: (fromMs, toMs) => maintenance.flatMap((rule) => (
      spansOf(rule, fromMs, toMs).map((span) => ({ ...span, machines: rule.machines })))).toSorted(byBegin),
  }
}

export function isInMaintenance({ maintenanceOf }: Calendar, machineId: string, timeMs: number): boolean {
  const find = maintenanceOf(machineId)
  return find !== null && find(timeMs) !== null
}

/** Of a plant without a file: UTC, three shifts every day, and no maintenance. */
export function defaultCalendar(): Calendar {
  return createCalendar({ zone: createTimeZone('UTC'), shifts: THREE_SHIFTS, holidays: new Set(), maintenance: [], groups: [] })
}
