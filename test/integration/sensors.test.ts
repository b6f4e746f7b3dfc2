import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProducerHealth, SystemStatus } from '../../src/contract/api.ts'
import type { Machines, Sensor, SensorDetail, Sensors } from '../../src/contract/history-api.ts'
import { historyPlant } from './history-plant.ts'

const nowUs = (): number => Date.now() * 1000
/** Reads are shared for a second. */
const SHARED_MS = 1_100

describe('the sensors', () => {
  test('are listed with type, place, unit and newest reading, also those that have none', async (t) => {
    const plant = await historyPlant(t)
    const sensors = await plant.addSensors([{ id: 'b-temp' }, { id: 'a-vib', type: 'vibration', unit: 'mm/s', machine: 'machine-002', zone: 'zone-b' }])
    const atUs = nowUs()
    await plant.add([0, 1, 2].map((index) => (
      { ...sensors.get('b-temp') as { sensorKey: number, versionKey: number }, timeUs: atUs - 4_000_000 + 2_000_000 * index, value: 20 + index, level: index, quality: 0.5 })))
    await plant.pool.query(`update sensors set warning_threshold = 30 where sensor_id = 'b-temp'`)
    await plant.pool.query(`insert into sensor_outlook select sensor_key, 0.25, 21, null, 24 from sensors where sensor_id = 'b-temp'`)
    const { sensors: [vib, temp], total, cursor } = await plant.read<Sensors>('/api/sensors', '/api/sensors')
    assert.deepEqual([total, cursor], [2, null])
    assert.deepEqual(temp, {
      sensor_id: 'b-temp', name: null, serial: null, sends_as: [], sensor_type: 'temperature', location: { factory_section: 'production', zone: 'zone-a', machine_id: 'machine-001' }, unit: '°C',
      status: 'active', sending: true, newest_at: new Date(atUs / 1000).toISOString(), value: 22, alert_level: 'critical', quality: 0.5, readings: 3, interval_ms: 2_000,
      warning_threshold: 30, critical_threshold: null, learned: 0.25, expected: 21, band_low: null, band_high: 24, open_alarms: 0, alarm_priority: null,
    } satisfies Sensor)
    assert.deepEqual([vib?.sensor_id, vib?.status, vib?.newest_at, vib?.value, vib?.readings, vib?.learned], ['a-vib', 'inactive', null, null, 0, null])
    const { events, registered_at: registeredAt, replaced_at: replacedAt, status_changed_at: changedAt, limits, ...one } = (
      await plant.read<SensorDetail>('/api/sensors/b-temp', '/api/sensors/{id}'))
    assert.deepEqual(one, temp)
    assert.deepEqual(limits, { critical: 40, warning: 30, low: null, critical_low: null })
    assert.deepEqual([events, replacedAt, changedAt, Math.abs(Date.parse(registeredAt) - Date.now()) < 60_000], [[], null, null, true])
    const missing = await plant.api.get('/api/sensors/nobody')
    assert.deepEqual([missing.status, missing.body], [404, { error: 'there is no sensor "nobody"' }])
    assert.equal((await plant.api.get('/api/sensors/%00')).status, 404)
  })

  test('are found by part of the id, type, place and state, page by page', async (t) => {
    const plant = await historyPlant(t)
    await plant.addSensors(Array.from({ length: 25 }, (_, index) => (
      { id: `S-${String(index).padStart(2, '0')}`, type: index % 2 === 0 ? 'temperature' : 'pressure', zone: `zone-${index % 5}`, machine: `m-${index % 3}` })))
    const ids = async (query: string): Promise<string[]> => (await plant.read<Sensors>(`/api/sensors?${query}`, '/api/sensors')).sensors.map(({ sensor_id: id }) => id)
    assert.deepEqual(await ids('search=s-1&type=pressure'), ['S-11', 'S-13', 'S-15', 'S-17', 'S-19'])
    assert.deepEqual(await ids('zone=zone-2&machine=m-1&section=production'), ['S-07', 'S-22'])
    assert.deepEqual(await ids('status=active'), [])
    assert.equal((await ids('status=inactive')).length, 25)
    const seen: string[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Sensors = await plant.read<Sensors>(`/api/sensors?limit=4&type=pressure${cursor === '' ? '' : `&cursor=${cursor}`}`, '/api/sensors')
      assert.equal(page.total, 12)
      seen.push(...page.sensors.map(({ sensor_id: id }) => id))
      cursor = page.cursor
    }
    assert.deepEqual(seen, await ids('type=pressure'))
    for (const [query, error] of [
      ['limit=0', 'limit must be >= 1'], ['sort=name&cursor=x', 'cursor goes by id; with another sort use offset'],
      ['status=x', 'status must be equal to one of the allowed values'], ['stat=x', 'there is no parameter "stat" here']]) {
      assert.deepEqual((await plant.api.get(`/api/sensors?${query}`)).body, { error })
    }
  })

  test('are active as long as their own rhythm lets one expect a reading', async (t) => {
    const plant = await historyPlant(t)
    // [id, from one reading to the next in s, newest so many s ago, whether it counts as active]
    const timeline = [
      ['1s-3s', 1, 3, true], ['1s-21s', 1, 21, false], ['10s-12s', 10, 12, true], ['10s-40s', 10, 40, true], ['10s-46s', 10, 46, false],
      ['10min-25min', 600, 1_500, true], ['10min-31min', 600, 1_860, false], ['once-2min', null, 120, true], ['once-4min', null, 240, false],
    ] as const
    const sensors = await plant.addSensors(timeline.map(([id]) => ({ id })))
    const atUs = nowUs()
    await plant.add(timeline.flatMap(([id, everyS, agoS]) => (everyS === null ? [0] : [0, 1, 2]).map((index) => (
      { ...sensors.get(id) as { sensorKey: number, versionKey: number }, timeUs: atUs - agoS * 1_000_000 - index * (everyS ?? 0) * 1_000_000, value: 1 }))))
    const { sensors: listed } = await plant.read<Sensors>('/api/sensors', '/api/sensors')
    assert.deepEqual(new Map(listed.map(({ sensor_id: id, status }) => [id, status])),
      new Map(timeline.map(([id, , , active]) => [id, active ? 'active' : 'inactive'])))
  })

  test('without a heartbeat of their own are producers too, but not to the status of the system', async (t) => {
    const plant = await historyPlant(t)
    const sensors = await plant.addSensors([{ id: 'of-a-fleet' }, { id: 'with-heartbeat' }, { id: 'silent' }])
    const atUs = nowUs()
    await plant.pool.query(`insert into producer_health (producer_id, sensor_type, heartbeat_interval_ms) values ('with-heartbeat', 'temperature', 2000)`)
    await plant.add(['of-a-fleet', 'with-heartbeat'].flatMap((id) => [0, 1, 2, 3].map((index) => (
      { ...sensors.get(id) as { sensorKey: number, versionKey: number }, timeUs: atUs - index * 4_000_000, value: 1 }))))
    const producers = await plant.read<ProducerHealth[]>('/api/producer-health', '/api/producer-health')
    assert.deepEqual(producers.map(({ producer_id: id, heartbeat_interval_ms: intervalMs }) => [id, intervalMs]), [['with-heartbeat', 2000], ['of-a-fleet', 4000]])
    assert.deepEqual(producers[1], {
      producer_id: 'of-a-fleet', sensor_type: 'temperature', status: 'active', last_heartbeat: new Date(atUs / 1000).toISOString(), total_messages_sent: 4,
      messages_sent_last_minute: 15, reported_status: 'active', heartbeat_interval_ms: 4000, readings_per_second: 0.25, buffered: null, dropped: null,
    })
    assert.equal((await plant.read<SystemStatus>('/api/system-status', '/api/system-status')).status.producers.total_count, 1)
  })
})

test('machines have their sensors, the worst level of those that are active, and the newest reading', async (t) => {
  const plant = await historyPlant(t)
  const sensors = await plant.addSensors([
    { id: 'one', machine: 'm-1' }, { id: 'two', machine: 'm-1' }, { id: 'dead', machine: 'm-1' }, { id: 'other', machine: 'm-1', zone: 'zone-b' }, { id: 'first', section: 'assembly' },
  ])
  const atUs = nowUs()
  const reading = (id: string, agoS: number, level: number) => (
    { ...sensors.get(id) as { sensorKey: number, versionKey: number }, timeUs: atUs - agoS * 1_000_000, value: 1, level })
  await plant.add([reading('one', 1, 0), reading('two', 2, 1), reading('dead', 3_600, 2)])
  const { machines } = await plant.read<Machines>('/api/machines', '/api/machines')
  assert.deepEqual(machines.map(({ factory_section: section, zone, machine_id: machine, status }) => [section, zone, machine, status]), [
    ['assembly', 'zone-a', 'machine-001', 'inactive'], ['production', 'zone-a', 'm-1', 'active'], ['production', 'zone-b', 'm-1', 'inactive'],
  ])
  assert.deepEqual(machines[1], {
    factory_section: 'production', zone: 'zone-a', machine_id: 'm-1', status: 'active', worst_level: 'warning', newest_at: new Date(atUs / 1000 - 1_000).toISOString(),
    sensors_count: 3, sensors_active: 2, sensors: ['dead', 'one', 'two'],
  })
  await plant.add([reading('one', 0, 2)])
  await sleep(SHARED_MS)
  assert.equal((await plant.read<Machines>('/api/machines', '/api/machines')).machines[1]?.worst_level, 'critical')
})
