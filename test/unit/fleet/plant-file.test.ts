import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { stringify } from 'yaml'
import { parsePlant, readPlantFile } from '../../../src/fleet/plant-file.ts'
import { plantSensors } from '../../../src/fleet/plant-tree.ts'
import { ExitError } from '../../../src/runtime/errors.ts'

interface Draft {
  [key: string]: unknown
}

/** A small plant, changed at one place: `sites.0.name`. Undefined takes the field away. */
function plantWith(path: string, value: unknown): string {
  const root: Draft = {
    name: 'small',
    faults: { share: 0.02, time_scale: 2, kinds: { drift: { hours: 10, weight: 5 } } },
    machines: { pump: { sensors: { vibration: { type: 'vibration', interval_s: 2 }, power: { type: 'energy' } }, faults: ['drift', 'cavitation'] } },
    sites: [{ name: 'north', sections: [{ name: 'production', zones: [{ name: 'zone-a', machines: { pump: 2 } }] }] }],
  }
  const keys = path.split('.')
  let parent = root
  for (const key of keys.slice(0, -1)) parent = parent[key] as Draft
  parent[keys.at(-1) as string] = value
  return stringify(root)
}

describe('a plant file', () => {
  test('says what it says', () => {
    const plant = parsePlant(plantWith('name', 'small'), 'plant.yaml')
    assert.equal(plant.name, 'small')
    assert.deepEqual([plant.faults.share, plant.faults.timeScale], [0.02, 2])
    assert.deepEqual(plant.faults.kinds.get('drift'), { hours: 10, weight: 5 })
    assert.deepEqual(plant.faults.kinds.get('stuck_at'), { hours: 6, weight: 1 }, 'what is not named has its default')
    assert.deepEqual(plant.machines.get('pump'), {
      sensors: [{ name: 'vibration', type: 'vibration', intervalMs: 2_000 }, { name: 'power', type: 'energy', intervalMs: 10_000 }],
      faults: ['drift', 'cavitation'],
    })
    assert.deepEqual(plant.zones, [{ site: 'north', section: 'production', zone: 'zone-a', machines: [{ kind: 'pump', count: 2 }] }])
  })

  test('of the project is right, and has several hundred sensors when asked for', () => {
    const plant = readPlantFile(join(import.meta.dirname, '../../../fleet.yaml'))
    assert.equal(plantSensors(plant, null).length, 177)
    assert.equal(plantSensors(plant, 500).length, 500)
  })

  const wrong: readonly (readonly [path: string, value: unknown, message: string | RegExp])[] = [
    ['name', undefined, 'plant.yaml: name is missing; it must be given'],
    ['name', 'Large Plant', 'plant.yaml: name is "Large Plant"; it must be a name of a to z, 0 to 9 and \'-\', at most 40'],
    ['nmae', 'x', 'plant.yaml: nmae is unknown; there are name, machines, sites, faults'],
    ['faults.shaer', 1, 'plant.yaml: faults.shaer is unknown; there are share, time_scale, kinds'],
    ['faults.share', 0.9, 'plant.yaml: faults.share is 0.9; it must be a number from 0 to 0.5'],
    ['faults.share', '1 %', 'plant.yaml: faults.share is "1 %"; it must be a number from 0 to 0.5'],
    ['faults.time_scale', 0, 'plant.yaml: faults.time_scale is 0; it must be a number from 0.001 to 100000'],
    ['faults.kinds.rust', {}, /^plant\.yaml: faults\.kinds is \{.*\}; it must be a mapping of bearing_wear, cavitation, .*, spikes$/],
    ['faults.kinds.drift.hours', -1, 'plant.yaml: faults.kinds.drift.hours is -1; it must be a number from 0.001 to 10000'],
    ['faults.kinds.drift.weight', 'much', 'plant.yaml: faults.kinds.drift.weight is "much"; it must be a number from 0 to 1000'],
    ['faults.kinds.drift.days', 1, 'plant.yaml: faults.kinds.drift.days is unknown; there are hours, weight'],
    ['machines', {}, 'plant.yaml: machines is {}; it must be a mapping with at least one name'],
    ['machines', [1], 'plant.yaml: machines is [1]; it must be a mapping of names to values'],
    ['machines.Pump', { sensors: { a: { type: 'energy' } } }, /^plant\.yaml: machines\.Pump is .*; it must be under a name of a to z/],
    ['machines.pump.sensors', undefined, 'plant.yaml: machines.pump.sensors is missing; it must be given'],
    ['machines.pump.sensor', {}, 'plant.yaml: machines.pump.sensor is unknown; there are sensors, faults'],
    ['machines.pump.sensors.power.type', 'noise', /^plant\.yaml: machines\.pump\.sensors\.power\.type is "noise"; it must be one of temperature, /],
    ['machines.pump.sensors.power.interval_s', 0, 'plant.yaml: machines.pump.sensors.power.interval_s is 0; it must be a number from 0.01 to 86400'],
    ['machines.pump.sensors.power.unit', 'kW', 'plant.yaml: machines.pump.sensors.power.unit is unknown; there are type, interval_s'],
    ['machines.pump.faults', 'drift', 'plant.yaml: machines.pump.faults is "drift"; it must be a list with at least one item'],
    ['machines.pump.faults', ['rust'], /^plant\.yaml: machines\.pump\.faults\[0\] is "rust"; it must be one of bearing_wear, /],
    ['sites', [], 'plant.yaml: sites is []; it must be a list with at least one item'],
    ['sites.0.name', 7, /^plant\.yaml: sites\[0\]\.name is 7; it must be a name/],
    ['sites.0.zones', [], 'plant.yaml: sites[0].zones is unknown; there are name, sections'],
    ['sites.1', { name: 'north', sections: [] }, 'plant.yaml: sites[1].name is "north"; it must be a name that no other one of the list has'],
    ['sites.0.sections.0.zones.0.machines.pmup', 1, /^plant\.yaml: sites\[0\]\.sections\[0\]\.zones\[0\]\.machines is .*; it must be a mapping of pump to numbers$/],
    ['sites.0.sections.0.zones.0.machines.pump', 1.5, /zones\[0\]\.machines\.pump is 1\.5; it must be a whole number from 1 to 100000$/],
    ['sites.0.sections.0.zones.0.colour', 'red', 'plant.yaml: sites[0].sections[0].zones[0].colour is unknown; there are name, machines'],
  ]
  for (const [path, value, message] of wrong) {
    test(`with a wrong ${path}, ${JSON.stringify(value)}, is refused with a line that says so`, () => {
      assert.throws(() => parsePlant(plantWith(path, value), 'plant.yaml'), (error: unknown) => {
        assert.ok(error instanceof ExitError)
        if (typeof message === 'string') assert.equal(error.message, message)
        else assert.match(error.message, message)
        return true
      })
    })
  }

  test('that is no YAML, is empty, says a name twice or is not there is refused with one line', () => {
    for (const [text, message] of [
      ['name: [', /^plant\.yaml is not YAML: [^\n]+ at line 1, column 8$/],
      ['', /^plant\.yaml: the whole is null; it must be a mapping/],
      ['name: a\nname: b\n', /^plant\.yaml is not YAML: Map keys must be unique at line 2, column 1$/],
      ['name: *nothing\n', /^plant\.yaml is not YAML: [^\n]+$/],
    ] as const) assert.throws(() => parsePlant(text, 'plant.yaml'), { name: 'ExitError', message })
    assert.throws(() => readPlantFile('no-such.yaml'), { name: 'ExitError', message: /^the plant file can't be read: ENOENT.*no-such\.yaml'$/ })
  })
})
