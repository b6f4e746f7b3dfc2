import { SENSOR_TYPES, SENSOR_TYPE_NAMES } from '../contract/sensor-types.ts'
import type { SensorType } from '../contract/sensor-types.ts'
import type { Field } from '../runtime/checked-fields.ts'
import { parseYaml, readYamlFile } from '../runtime/yaml-file.ts'
import { MAX_SHARE } from '../sensor/faults/episodes.ts'
import { FAULT_NAMES, faultKind } from '../sensor/faults/fault-kinds.ts'
import type { FaultName } from '../sensor/faults/fault-kinds.ts'

/** What a plant file describes. */
export interface Plant {
  readonly name: string
  readonly faults: FaultSettings
  readonly machines: ReadonlyMap<string, MachineKind>
  readonly zones: readonly Zone[]
}

export interface FaultSettings {
  /** Of the time that a sensor is in fault. */
  readonly share: number
  /** So many times as fast as in `hours` do episodes pass. */
  readonly timeScale: number
  readonly kinds: ReadonlyMap<FaultName, { readonly hours: number, readonly weight: number }>
}

export interface MachineKind {
  readonly sensors: readonly { readonly name: string, readonly type: SensorType, readonly intervalMs: number }[]
  readonly faults: readonly FaultName[]
}

export interface Zone {
  readonly site: string
  readonly section: string
  readonly zone: string
  readonly machines: readonly { readonly kind: string, readonly count: number }[]
}

const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/
const NAME_ALLOWED = "a name of a to z, 0 to 9 and '-', at most 40"
const DEFAULT_SHARE = 0.01

/** Throws an `ExitError` with one line when the file can't be read, isn't YAML, or isn't a plant: the field, its value, what is allowed. */
export function readPlantFile(path: string): Plant {
  return plantOf(readYamlFile(path, 'the plant file'))
}

export function parsePlant(text: string, file: string): Plant {
  return plantOf(parseYaml(text, file))
}

function plantOf(root: Field): Plant {
  root.keys(['name', 'machines', 'sites'], ['faults'])
  const machines = new Map(root.at('machines').entries().map(([kind, field]) => [nameOf(root.at('machines'), kind), machineOf(field)]))
  return {
    name: root.at('name').text(NAME, NAME_ALLOWED), machines, faults: faultsOf(root.at('faults')),
    zones: namedOnce(root.at('sites')).flatMap((site) => zonesOf(site, machines)),
  }
}

function machineOf(field: Field): MachineKind {
  field.keys(['sensors'], ['faults'])
  const faults = field.at('faults')
  return {
    sensors: field.at('sensors').entries().map(([name, sensor]) => {
      sensor.keys(['type'], ['interval_s'])
      const type = sensor.at('type').oneOf(SENSOR_TYPE_NAMES)
      const intervalS = sensor.at('interval_s')
      const seconds = intervalS.value === undefined ? SENSOR_TYPES[type].samplingIntervalS : intervalS.number(0.01, 86_400)
      return { name: nameOf(field.at('sensors'), name), type, intervalMs: seconds * 1000 }
    }),
    faults: faults.value === undefined ? FAULT_NAMES : [...new Set(faults.items().map((each) => each.oneOf(FAULT_NAMES)))],
  }
}

function faultsOf(field: Field): FaultSettings {
  if (field.value !== undefined) field.keys([], ['share', 'time_scale', 'kinds'])
  const given = (key: string): Field | null => (field.value === undefined || field.at(key).value === undefined ? null : field.at(key))
  const kinds = new Map(FAULT_NAMES.map((name) => [name, { hours: faultKind(name).hours, weight: faultKind(name).weight }]))
  for (const [name, kind] of given('kinds')?.entries() ?? []) {
    const known = FAULT_NAMES.find((each) => each === name)
    if (known === undefined) return (given('kinds') as Field).refuse(`a mapping of ${FAULT_NAMES.join(', ')}`)
    kind.keys([], ['hours', 'weight'])
    const { hours, weight } = kinds.get(known) as { hours: number, weight: number }
    kinds.set(known, {
      hours: kind.at('hours').value === undefined ? hours : kind.at('hours').number(0.001, 10_000),
      weight: kind.at('weight').value === undefined ? weight : kind.at('weight').number(0, 1_000),
    })
  }
  return { share: given('share')?.number(0, MAX_SHARE) ?? DEFAULT_SHARE, timeScale: given('time_scale')?.number(0.001, 100_000) ?? 1, kinds }
}

function zonesOf(site: Field, machines: ReadonlyMap<string, MachineKind>): Zone[] {
  site.keys(['name', 'sections'])
  return namedOnce(site.at('sections')).flatMap((section) => {
    section.keys(['name', 'zones'])
    return namedOnce(section.at('zones')).map((zone) => {
      zone.keys(['name', 'machines'])
      return {
        site: site.at('name').value as string, section: section.at('name').value as string, zone: zone.at('name').value as string,
        machines: zone.at('machines').entries().map(([kind, count]) => {
          if (!machines.has(kind)) return zone.at('machines').refuse(`a mapping of ${[...machines.keys()].join(', ')} to numbers`)
          return { kind, count: count.integer(1, 100_000) }
        }),
      }
    })
  })
}

function nameOf(parent: Field, name: string): string {
  if (!NAME.test(name)) parent.at(name).refuse(`under ${NAME_ALLOWED}`)
  return name
}

/** Items with a name that no other one of the list has. */
function namedOnce(list: Field): Field[] {
  const names = new Set<string>()
  return list.items().map((item) => {
    item.keys(['name'], Object.keys(item.value ?? {}))
    const name = item.at('name').text(NAME, NAME_ALLOWED)
    if (names.has(name)) item.at('name').refuse('a name that no other one of the list has')
    names.add(name)
    return item
  })
}
