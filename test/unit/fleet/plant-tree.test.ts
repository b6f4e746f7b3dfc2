import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePlant } from '../../../src/fleet/plant-file.ts'
import { plantSensors } from '../../../src/fleet/plant-tree.ts'

function plant(site: string, kinds: readonly string[], sensors: readonly string[] = ['a', 'b']): ReturnType<typeof parsePlant> {
  return parsePlant(JSON.stringify({
    name: 'p', machines: Object.fromEntries(kinds.map((kind) => [kind, { sensors: Object.fromEntries(sensors.map((name) => [name, { type: 'vibration' }])) }])),
    sites: [
      { name: site, sections: [{ name: 'production', zones: [{ name: 'zone-a', machines: Object.fromEntries(kinds.map((kind) => [kind, 2])) }] }] },
      { name: 'n', sections: [{ name: 'utilities', zones: [{ name: 'zone-b', machines: { [kinds.at(-1) as string]: 1 } }] }] },
    ],
  }), 'p')
}

test('each machine of each zone has its sensors, with ids of their own and their place', () => {
  const sensors = plantSensors(plant('s', ['pump']), null)
  assert.deepEqual(sensors.map(({ sensorId }) => sensorId), [
    's-pump-0001-a', 's-pump-0001-b', 's-pump-0002-a', 's-pump-0002-b', 'n-pump-0001-a', 'n-pump-0001-b'])
  assert.deepEqual(sensors[5]?.location, { factory_section: 'n/utilities', machine_id: 'n-pump-0001', zone: 'zone-b' })
})

test('a count repeats the tree with new machines, or cuts it off', () => {
  const all = plantSensors(plant('s', ['pump']), 15)
  assert.equal(new Set(all.map(({ sensorId }) => sensorId)).size, 15)
  assert.equal(all[6]?.sensorId, 's-pump-0003-a')
  assert.deepEqual(plantSensors(plant('s', ['pump']), 5), all.slice(0, 5))
})

test('names that would make one id of two sensors are refused', () => {
  assert.throws(() => plantSensors(plant('s', ['pump', 'pump-0001'], ['a', '0001-a']), null), {
    name: 'ExitError', message: 'two sensors of the plant would be called s-pump-0001-0001-a; choose other names of sites, machines or sensors',
  })
})
