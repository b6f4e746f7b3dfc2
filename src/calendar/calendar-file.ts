import { ALARM_RULES } from '../contract/alarm.ts'
import type { Field } from '../runtime/checked-fields.ts'
import { THREE_SHIFTS } from './calendar.ts'
import type { CalendarSettings, MaintenanceRule, SuppressionGroup } from './calendar.ts'
import { fits } from './machine-pattern.ts'
import { WEEKDAYS } from './spans.ts'
import type { Span, Weekly } from './spans.ts'
import { createTimeZone } from './time-zone.ts'
import type { TimeZone } from './time-zone.ts'

const DAY_MS = 86_400_000
const DAY_MIN = 1_440
const WEEK_MIN = 7 * DAY_MIN
const NAME = /^[^\u0000-\u001f\u007f]{1,80}$/
const NAME_ALLOWED = 'a name of at most 80 characters'
const PATTERN = /^[^\u0000-\u001f\u007f]{1,255}$/
const PATTERN_ALLOWED = "a name of at most 255 characters, in which '*' stands for any letters"
const TIME = /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/
const TIME_ALLOWED = 'a time of day like "06:00", up to "24:00"'
const LOCAL = /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d$/
const DAY = /^\d{4}-\d\d-\d\d$/

/** Reads the fields of a calendar file. Throws an `ExitError` with one line: the field, its value, what is allowed. */
export function calendarSettings(root: Field): CalendarSettings {
  root.keys([], ['time_zone', 'shifts', 'holidays', 'maintenance', 'suppression_groups'])
  const given = (key: string): Field[] => (root.at(key).value === undefined ? [] : root.at(key).items())
  const zone = zoneOf(root.at('time_zone'))
  const shifts = root.at('shifts').value === undefined ? THREE_SHIFTS : shiftsOf(given('shifts'))
  return {
    zone, shifts, holidays: new Set(given('holidays').map(dayOf)), maintenance: given('maintenance').map((field) => maintenanceOf(field, zone)),
    groups: groupsOf(given('suppression_groups')),
  }
}

function zoneOf(field: Field): TimeZone {
  if (field.value === undefined) return createTimeZone('UTC')
  const name = field.text(NAME, 'the name of a time zone like Europe/Berlin')
  try {
    return createTimeZone(name)
  } catch {
    return field.refuse('the name of a time zone like Europe/Berlin')
  }
}

function shiftsOf(fields: readonly Field[]): Weekly[] {
  const shifts: Weekly[] = []
  for (const field of fields) {
    field.keys(['name', 'from', 'to'], ['days'])
    const shift = weeklyOf(field)
    if (shifts.some(({ name }) => name === shift.name)) field.at('name').refuse('a name that no other shift has')
    const other = shifts.find((each) => overlap(each, shift))
    if (other !== undefined) field.at('from').refuse(`a time at which no other shift runs, as ${other.name} does`)
    shifts.push(shift)
  }
  return shifts
}

function weeklyOf(field: Field): Weekly {
  const fromMin = minutesOf(field.at('from'))
  const toMin = minutesOf(field.at('to'))
  if (fromMin === DAY_MIN) field.at('from').refuse('a time before "24:00"')
  const days = field.at('days').value === undefined ? WEEKDAYS : field.at('days').items().map((day) => day.oneOf(WEEKDAYS))
  return {
    name: field.at('name').text(NAME, NAME_ALLOWED), days: days.map((day) => WEEKDAYS.indexOf(day)),
    fromMin, toMin: toMin > fromMin ? toMin : toMin + DAY_MIN,
  }
}

function overlap(one: Weekly, other: Weekly): boolean {
  return one.days.some((day) => other.days.some((otherDay) => {
    const from = day * DAY_MIN + one.fromMin
    const to = day * DAY_MIN + one.toMin
    return [-WEEK_MIN, 0, WEEK_MIN].some((weeks) => {
      const begin = otherDay * DAY_MIN + weeks
      return from < begin + other.toMin && to > begin + other.fromMin
    })
  }))
}

function minutesOf(field: Field): number {
  const [hours, minutes] = field.text(TIME, TIME_ALLOWED).split(':').map(Number) as [number, number]
  return hours * 60 + minutes
}

/** Local days since 1970. */
function dayOf(field: Field): number {
  const allowed = 'a day like 2026-12-25'
  return localMs(field, field.text(DAY, allowed), allowed) / DAY_MS
}

function maintenanceOf(field: Field, zone: TimeZone): MaintenanceRule {
  field.keys(['name', 'machines', 'from', 'to'], ['days'])
  return { machines: patternsOf(field.at('machines')), when: field.at('days').value === undefined ? onceOf(field, zone) : weeklyOf(field) }
}

function onceOf(field: Field, zone: TimeZone): Span {
  const allowed = 'a local time like 2026-12-27T06:00; for one that is repeated every week, give days'
  const [fromMs, toMs] = (['from', 'to'] as const).map((key) => (
    zone.instantOf(localMs(field.at(key), field.at(key).text(LOCAL, allowed), allowed)))) as [number, number]
  if (toMs <= fromMs) field.at('to').refuse('after from')
  return { name: field.at('name').text(NAME, NAME_ALLOWED), fromMs, toMs }
}

/** As if it were UTC. */
function localMs(field: Field, text: string, allowed: string): number {
  const ms = Date.parse(text.length === 10 ? text : `${text}Z`)
  // There is no February 30, but Date.parse takes it for March 2.
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text.slice(0, 10) ? field.refuse(allowed) : ms
}

function patternsOf(field: Field): string[] {
  return field.items().map((item) => item.text(PATTERN, PATTERN_ALLOWED))
}

function groupsOf(fields: readonly Field[]): SuppressionGroup[] {
  const groups: SuppressionGroup[] = []
  for (const field of fields) {
    const group = groupOf(field)
    if (groups.some(({ name }) => name === group.name)) field.at('name').refuse('a name that no other group has')
    groups.push(group)
  }
  return groups
}

function groupOf(field: Field): SuppressionGroup {
  field.keys(['name', 'when', 'suppress'])
  const when = field.at('when')
  when.keys([], ['machine', 'sensor', 'rule'])
  const pattern = (key: string): string | null => (when.at(key).value === undefined ? null : when.at(key).text(PATTERN, PATTERN_ALLOWED))
  const [machine, sensor] = [pattern('machine'), pattern('sensor')]
  if (machine === null && sensor === null) when.refuse('a mapping with a machine, a sensor or both')
  field.at('suppress').keys(['machines'])
  const machines = field.at('suppress').at('machines')
  const suppress = patternsOf(machines)
  if (machine !== null && suppress.some((each) => fits(each, machine))) machines.refuse('other machines than that of when, which would hide itself')
  const rule = when.at('rule').value === undefined ? null : when.at('rule').oneOf(ALARM_RULES)
  return { name: field.at('name').text(NAME, NAME_ALLOWED), when: { machine, sensor, rule }, suppress }
}
