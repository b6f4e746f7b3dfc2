import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { readSettingsTable } from '../../src/consumer/alarm-settings.ts'
import type { SensorAlarms } from '../../src/consumer/alarm-settings.ts'
import { watchMachines } from '../../src/consumer/machine-watch.ts'
import { insertAlarmSetting } from '../../src/postgres/alarm-settings.ts'
import { inTransaction } from '../../src/postgres/pool.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { random } from '../unit/detect/learned/series.ts'
import { alarmPlant } from './alarm-plant.ts'
import type { AlarmPlant } from './alarm-plant.ts'
import { bench, eventually, reading } from './consumer-bench.ts'

async function machineAlarms(pool: Pool): Promise<unknown[]> {
  const { rows } = await pool.query<{ machine_id: string, state: string, priority: string }>(
    `select machine_id, state, priority from alarm where rule = 'machine_anomaly' order by raised_at`)
  return rows.map(({ machine_id: machine, state, priority }) => [machine, state, priority])
}

describe('an alarm of a whole machine', () => {
  test('is raised once, of sensors of several consumers together, and cleared by whoever has the first partition then', async (t) => {
    const { pool, send, consumer, consumed } = await bench(t)
    const consumers = await Promise.all([consumer('consumer-001'), consumer('consumer-002')])
    await inTransaction(pool, (client) => insertAlarmSetting(
      client, { sensorType: 'temperature', sensorKey: null }, 'machine_anomaly', { offDelayMs: 0 }, { name: 'otto', reason: 'a short test' }))
    const noise = random(3)
    const beganMs = Date.now() - 12_000_000
    let sent = 0
    /** So many readings of four sensors, so many standard deviations away; the fourth is of another machine, and never is. */
    async function run(count: number, away: number): Promise<void> {
      const from = sent
      sent += count
      for (const [index, id] of ['a', 'b', 'c', 'other'].entries()) {
        await send(Array.from({ length: count }, (_, nth) => reading(from + nth + 1, {
          sensor_id: id, timestamp: new Date(beganMs + (from + nth) * 10_000).toISOString(),
          value: 25 + (noise() + noise() + noise() - 1.5) * 0.2 + (id === 'other' ? 0 : away * 0.1 * (index === 1 ? -1 : 1)),
          location: { factory_section: 'production', machine_id: id === 'other' ? 'fan' : 'pump', zone: 'a' },
          metadata: { producer_epoch: `e-${id}`, sequence: from + nth + 1 },
        })), index % 3)
      }
      await consumed(sent * 4)
    }
    await run(600, 0)
    await run(100, 4)
    await eventually(async () => { assert.deepEqual(await machineAlarms(pool), [['pump', 'unacknowledged', 'medium']]) }, 60_000)
    const { rows: [alarm] } = await pool.query('select sensor_id, description from alarm where rule = $1', ['machine_anomaly'])
    // What is stored of one may be of long before, as here hours pass in a second.
    assert.match(alarm.description, /^[23] sensors together 2\.\d standard deviations from usual: /)
    assert.match(alarm.description, /[ac] \d\.\d standard deviations above usual/)

    // Whoever has the first partition hands it over with the alarm open.
    const { rows: [owner] } = await pool.query<{ consumer_id: string }>(`select consumer_id from consumer_health where assigned_partitions @> '[0]'`)
    await consumers[owner?.consumer_id === 'consumer-001' ? 0 : 1].close()
    await run(400, 0)
    await eventually(async () => { assert.deepEqual(await machineAlarms(pool), [['pump', 'returned_unacknowledged', 'medium']]) }, 60_000)
    const { rows: told } = await pool.query<{ transition: string, description: string }>(
      `select transition, description from alerts where anomaly_type = 'machine_anomaly' order by timestamp_utc`)
    assert.deepEqual(told.map(({ transition }) => transition), ['raised', 'cleared'])
    assert.match(told[1]?.description ?? '', /^its sensors are as usual again after \d+ (seconds|minutes)$/)
  })
})

const withoutOffDelay = (alarms: SensorAlarms): SensorAlarms => ({ ...alarms, rules: alarms.rules.map((rule) => ({ ...rule, offDelayMs: 0 })) })

describe('the watch of machines', () => {
  /** Of four sensors, two at each of two machines: how far each is from usual, and how many seconds before now it last reported. */
  async function store(plant: AlarmPlant, deviations: readonly (readonly [deviation: number | null, agoS: number])[], learnedAgoS = 0): Promise<void> {
    const { rows } = await plant.pool.query<{ sensor_key: number }>('select sensor_key from sensors order by sensor_id')
    for (const [index, [deviation, agoS]] of deviations.entries()) {
      const key = rows[index]?.sensor_key
      await plant.pool.query(
        `insert into sensor_version (sensor_key, fingerprint, sensor_type, unit, location)
         select sensor_key, sha256(sensor_id::bytea), sensor_type, '°C', location from sensors where sensor_key = $1 on conflict do nothing`, [key])
      await plant.pool.query(
        `insert into sensor_state (sensor_key, version_key, last_time, last_value, last_level, readings, interval_ms)
         select $1, version_key, now() - make_interval(secs => $2), 25, 0, 500, 1000 from sensor_version where sensor_key = $1
         on conflict (sensor_key) do update set last_time = excluded.last_time`, [key, agoS])
      await plant.pool.query(
        `insert into sensor_outlook (sensor_key, learned, deviation, as_of) values ($1, 1, $2, now() - make_interval(secs => $3))
         on conflict (sensor_key) do update set deviation = excluded.deviation, as_of = excluded.as_of`, [key, deviation, agoS + learnedAgoS])
    }
  }

  test('counts sensors that have a baseline and go on, of machines with two or more of them', async (t) => {
    const plant = await alarmPlant(t)
    const found = async (deviations: Parameters<typeof store>[1], learnedAgoS = 0): Promise<(readonly [string, string])[]> => {
      await store(plant, deviations, learnedAgoS)
      const changes = await watchMachines(plant.pool, 'consumer-001', await readSettingsTable(plant.pool, 0.7)).look()
      return changes.map(({ machineId, sensorId }) => [machineId, sensorId] as const)
    }
    assert.deepEqual(await found([[1.7, 0], [1.9, 0], [1.7, 0], [1.8, 0]]), [['M-1', 'T-2']], 'M-1 1.803, M-2 1.751')
    assert.deepEqual(await found([[3, 0], [null, 0], [-2, 0], [1.7, 0]]), [['M-2', 'T-3']], 'of M-1 one has no baseline')
    assert.deepEqual(await found([[3, 0], [0, 70], [3, 3_600], [3, 3_600]]), [['M-2', 'T-3']], 'of M-1 one has paused; M-2 as a whole is late')
    assert.deepEqual(await found([[3, 0], [0, 50], [0, 0], [0, 0]]), [['M-1', 'T-1']], 'what is stored is up to a minute old')
    assert.deepEqual(await found([[3, 0], [3, -80_000], [0, 0], [0, 0]]), [['M-1', 'T-1']], 'a clock that is ahead keeps no other sensor out')
    assert.deepEqual(await found([[3, 0], [3, 0], [0, 0], [0, 0]], 1_000), [], 'nothing has been learned of them for long')
    await plant.pool.query(`update sensors set status = 'decommissioned' where sensor_id = 'T-1'`)
    assert.deepEqual(await found([[3, 0], [3, 0], [0, 0], [0, 0]]), [])
  })

  test('is over where fewer than two sensors are left', async (t) => {
    const plant = await alarmPlant(t)
    const settings = await readSettingsTable(plant.pool, 0.7)
    const watch = watchMachines(plant.pool, 'consumer-001', { ...settings, of: (key, type) => withoutOffDelay(settings.of(key, type)) })
    await store(plant, [[2, 0], [2.5, 0], [0, 0], [0, 0]])
    assert.deepEqual((await watch.look()).map(({ transition }) => transition), ['raised'])
    await plant.pool.query(`update sensors set status = 'decommissioned' where sensor_id = 'T-1'`)
    await sleep(10_100)
    const [cleared] = await watch.look()
    assert.deepEqual([cleared?.transition, cleared?.sensorId], ['cleared', 'T-2'])
    assert.match(cleared?.description ?? '', /^nothing more is known of its sensors together, after 10 seconds$/)
  })

  test('goes on with what is open, at the sensor that it was raised at, and can be switched off', async (t) => {
    const plant = await alarmPlant(t)
    const settings = await readSettingsTable(plant.pool, 0.7)
    await store(plant, [[2, 0], [2.5, 0], [0, 0], [0, 0]])
    const [raised] = await watchMachines(plant.pool, 'consumer-001', settings).look()
    assert.deepEqual([raised?.transition, raised?.sensorId, raised?.logKey], ['raised', 'T-2', null])
    await plant.apply(raised ?? assert.fail())
    await store(plant, [[2.9, 0], [1.1, 0]])
    assert.deepEqual(await watchMachines(plant.pool, 'consumer-002', settings).look(), [], 'it stands')
    await inTransaction(plant.pool, (client) => insertAlarmSetting(
      client, { sensorType: 'temperature', sensorKey: null }, 'machine_anomaly', { enabled: false, offDelayMs: 0 }, { name: 'otto', reason: 'too many' }))
    await settings.refresh()
    const [cleared] = await watchMachines(plant.pool, 'consumer-003', settings).look()
    assert.deepEqual([cleared?.transition, cleared?.sensorId], ['cleared', 'T-2'])
    await plant.apply(cleared ?? assert.fail())
    assert.deepEqual(await watchMachines(plant.pool, 'consumer-003', settings).look(), [])
  })
})
