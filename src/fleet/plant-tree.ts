import type { Location } from '../contract/reading.ts'
import type { SensorType } from '../contract/sensor-types.ts'
import { ExitError } from '../runtime/errors.ts'
import type { FaultName } from '../sensor/faults/fault-kinds.ts'
import type { Plant, Zone } from './plant-file.ts'

/** One sensor of the plant, with its place. */
export interface PlantSensor {
  readonly sensorId: string
  readonly type: SensorType
  readonly intervalMs: number
  readonly location: Location
  /** What it and its machine can suffer from. */
  readonly faults: readonly FaultName[]
}

/**
 * The sensors of the tree, in its order. With a count the tree is repeated, with machines of new numbers, until there are so many, and cut off
 * there; the sensors of a smaller count are all among those of a larger one. Throws an `ExitError` where names would make one id twice.
 */
export function plantSensors(plant: Plant, count: number | null): PlantSensor[] {
  const sensors: PlantSensor[] = []
  const machinesMade = new Map<string, number>()
  do {
    for (const zone of plant.zones) addZone(zone)
  } while (count !== null && sensors.length < count)
  if (count !== null) sensors.length = count
  requireUnique(sensors)
  return sensors

  function addZone(zone: Zone): void {
    for (const { kind, count: machines } of zone.machines) {
      for (let made = 0; made < machines && sensors.length < (count ?? Infinity); made++) addMachine(zone, kind)
    }
  }

  function addMachine({ site, section, zone }: Zone, kind: string): void {
    const name = `${site}-${kind}`
    const number = (machinesMade.get(name) ?? 0) + 1
    machinesMade.set(name, number)
    const machineId = `${name}-${String(number).padStart(4, '0')}`
    const { sensors: ofKind = [], faults = [] } = plant.machines.get(kind) ?? {}
    for (const { name: sensor, type, intervalMs } of ofKind) {
      sensors.push({
        sensorId: `${machineId}-${sensor}`, type, intervalMs, faults,
        location: { factory_section: `${site}/${section}`, machine_id: machineId, zone },
      })
    }
  }
}

function requireUnique(sensors: readonly PlantSensor[]): void {
  const ids = new Set<string>()
  for (const { sensorId } of sensors) {
    if (ids.has(sensorId)) {
      throw new ExitError(`two sensors of the plant would be called ${sensorId}; choose other names of sites, machines or sensors`)
    }
    ids.add(sensorId)
  }
}
