import type { Machines, Sensor } from '../contract/history-api.ts'
import { ALERT_LEVELS } from '../contract/sensor-types.ts'
import type { AlertLevel } from '../contract/sensor-types.ts'

/** The machines that the sensors are at, by section, zone and name; sensors that tell no machine share one without a name. */
export function buildMachines(sensors: readonly Sensor[]): Machines {
  const groups = Map.groupBy(sensors, ({ location }) => JSON.stringify([location.factory_section, location.zone, location.machine_id]))
  return { machines: [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, group]) => buildMachine(group)) }
}

function buildMachine(sensors: readonly Sensor[]): Machines['machines'] {
  const [first] = sensors
  if (first === undefined) return []
  const active = sensors.filter(({ status }) => status === 'active')
  return [{
    ...first.location,
    status: active.length > 0 ? 'active' : 'inactive',
    worst_level: active.reduce<AlertLevel | null>((worst, { alert_level: level }) => worse(worst, level), null),
    newest_at: sensors.reduce<string | null>((newest, { newest_at: at }) => (at !== null && at > (newest ?? '') ? at : newest), null),
    sensors_count: sensors.length, sensors_active: active.length,
    sensors: sensors.map(({ sensor_id: id }) => id),
  }]
}

function worse(one: AlertLevel | null, other: AlertLevel | null): AlertLevel | null {
  const rank = (level: AlertLevel | null): number => (level === null ? -1 : ALERT_LEVELS.indexOf(level))
  return rank(other) > rank(one) ? other : one
}
