import type { Sensor, Sensors } from '../contract/history-api.ts'
import { ALARM_PRIORITIES } from '../contract/alarm.ts'

/** Which sensors are asked for; what is undefined doesn't matter. */
export interface SensorQuestion {
  /** Part of an id or of the name, in whatever case. */
  readonly search?: string
  readonly type?: string
  readonly section?: string
  readonly machine?: string
  readonly zone?: string
  readonly status?: Sensor['status']
  /** By `sensor_id` unless told. */
  readonly sort?: SensorSort
  readonly limit?: number
  /** So many are left out before the page. */
  readonly offset?: number
  /** `cursor` of the page before. */
  readonly cursor?: string
}

/** What is looked for first comes first; what is the same is by `sensor_id`. */
const ORDERS = {
  id: null,
  name: byText((sensor) => sensor.name),
  machine: byText(({ location }) => location.machine_id),
  alarms: (a, b) => rank(a) - rank(b) || b.open_alarms - a.open_alarms,
  newest: (a, b) => compare(b.newest_at ?? '', a.newest_at ?? ''),
  learned: (a, b) => (a.learned ?? 2) - (b.learned ?? 2),
} as const satisfies Record<string, ((a: Sensor, b: Sensor) => number) | null>
export type SensorSort = keyof typeof ORDERS
export const SENSOR_SORTS = Object.keys(ORDERS) as SensorSort[]

/**
 * Those of the sensors, which are by `sensor_id`, that are asked for; all of them on one page unless there is a limit. One that is decommissioned only
 * where that is asked for.
 */
export function pageOfSensors(sensors: readonly Sensor[], question: SensorQuestion): Sensors {
  const { type, section, machine, zone, status, limit = Infinity, offset = 0, cursor = '' } = question
  const search = question.search?.toLowerCase()
  const found = sensors.filter((sensor) => (search === undefined || namesOf(sensor).some((name) => name.toLowerCase().includes(search)))
    && fits(type, sensor.sensor_type) && fits(section, sensor.location.factory_section) && fits(machine, sensor.location.machine_id)
    && fits(zone, sensor.location.zone) && (status === undefined ? sensor.status !== 'decommissioned' : status === sensor.status))
  const order = ORDERS[question.sort ?? 'id']
  const fitting = order === null ? found : found.toSorted(order)
  const begin = cursor === '' ? Math.min(offset, found.length) : fitting.findIndex(({ sensor_id: id }) => id > cursor)
  const page = begin === -1 ? [] : fitting.slice(begin, begin + limit)
  const more = begin !== -1 && begin + page.length < fitting.length
  return { sensors: page, total: fitting.length, cursor: more ? page.at(-1)?.sensor_id ?? null : null }
}

function fits(wanted: string | undefined, value: string | null): boolean {
  return wanted === undefined || wanted === value
}

function namesOf({ sensor_id: id, name, sends_as: aliases }: Sensor): readonly string[] {
  return [id, ...name === null ? [] : [name], ...aliases]
}

function byText(textOf: (sensor: Sensor) => string | null): (a: Sensor, b: Sensor) => number {
  // Those without one come last.
  return (a, b) => Number(textOf(a) === null) - Number(textOf(b) === null) || compare(textOf(a) ?? '', textOf(b) ?? '')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

function rank({ alarm_priority: priority }: Sensor): number {
  return priority === null ? ALARM_PRIORITIES.length : ALARM_PRIORITIES.indexOf(priority)
}
