import type { Sensor, Sensors } from '../contract/history-api.ts'

/** Which sensors are asked for; what is undefined doesn't matter. */
export interface SensorQuestion {
  /** Part of the id, in whatever case. */
  readonly search?: string
  readonly type?: string
  readonly section?: string
  readonly machine?: string
  readonly zone?: string
  readonly status?: Sensor['status']
  readonly limit?: number
  /** `cursor` of the page before. */
  readonly cursor?: string
}

/** Those of the sensors, which are by `sensor_id`, that are asked for; all of them on one page unless there is a limit. */
export function pageOfSensors(sensors: readonly Sensor[], question: SensorQuestion): Sensors {
  const { type, section, machine, zone, status, limit = Infinity, cursor = '' } = question
  const search = question.search?.toLowerCase()
  const fitting = sensors.filter((sensor) => (search === undefined || sensor.sensor_id.toLowerCase().includes(search))
    && fits(type, sensor.sensor_type) && fits(section, sensor.location.factory_section) && fits(machine, sensor.location.machine_id)
    && fits(zone, sensor.location.zone) && fits(status, sensor.status))
  const begin = cursor === '' ? 0 : fitting.findIndex(({ sensor_id: id }) => id > cursor)
  const page = begin === -1 ? [] : fitting.slice(begin, begin + limit)
  const more = begin !== -1 && begin + page.length < fitting.length
  return { sensors: page, total: fitting.length, cursor: more ? page.at(-1)?.sensor_id ?? null : null }
}

function fits(wanted: string | undefined, value: string | null): boolean {
  return wanted === undefined || wanted === value
}
