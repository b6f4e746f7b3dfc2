import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createPool } from '../../src/postgres/pool.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { rollUp } from '../../src/postgres/roll-up.ts'
import { createRandom, randomState } from '../../src/sensor/random.ts'
import { testDatabase } from '../harness/plant.ts'
import { rollupDifferences } from '../harness/rollup-differences.ts'
import { addLog, store } from './stored-readings.ts'
import type { StoredReading } from './stored-readings.ts'

const HOUR_US = 3_600_000_000
const BEGIN_US = Date.UTC(2026, 2, 31, 22) * 1000

async function open(t: TestContext): Promise<Pool> {
  const { databaseUrl } = await testDatabase(t)
  const pool = createPool(databaseUrl, { applicationName: 'test', max: 4 })
  t.after(() => pool.end())
  return pool
}

async function rollUpAll(pool: Pool, logKeys: readonly number[], portionOffsets?: number): Promise<void> {
  while (await rollUp(pool, logKeys, portionOffsets)) { /* more of them */ }
}

/** Across a day, a month and some hours, in no order; no two at the same time. */
function randomReadings(seed: string, count: number, sensors: readonly number[]): StoredReading[] {
  const random = createRandom(randomState(seed))
  return Array.from({ length: count }, (_, index) => ({
    sensorKey: sensors[Math.floor(random.uniform() * sensors.length)] as number,
    timeUs: BEGIN_US + Math.floor(random.uniform() * 5 * HOUR_US / 100_000) * 100_000 + Number(seed) * 10_000 + index,
    value: (random.uniform() - 0.3) * 100, level: Math.floor(random.uniform() * 3), quality: random.uniform() < 0.3 ? null : random.uniform(),
    versionKey: 1 + Math.floor(random.uniform() * 5),
  }))
}

test('rollups are what the readings come to, in whatever portions and order they come', async (t) => {
  const pool = await open(t)
  const logs = [await addLog(pool, 0), await addLog(pool, 1, 1_000)]
  for (let round = 0; round < 6; round++) {
    // Sensor 3 comes through both.
    await store(pool, logs[0] as number, randomReadings(String(2 * round), 700, [1, 2, 3]))
    await store(pool, logs[1] as number, randomReadings(String(2 * round + 1), 300, [3, 4]))
    if (round % 2 === 1) await rollUpAll(pool, logs, 800)
  }
  assert.deepEqual(await rollupDifferences(pool), [])
  const { rows } = await pool.query(`select log_key, p.next_offset - l.next_offset as behind from rollup_position p join partition_log l using (log_key) order by 1`)
  assert.deepEqual(rows, logs.map((key) => ({ log_key: key, behind: 0 })))
  const { rows: counts } = await pool.query(`select sum(readings)::int as readings, count(distinct bucket)::int as buckets from reading_hour`)
  // A third of the 6,000 is of a bad quality.
  assert.deepEqual(counts, [{ readings: 3_943, buckets: 5 }])
})

test('values at the ends of what a number holds are rolled up', async (t) => {
  const pool = await open(t)
  const logKey = await addLog(pool, 0)
  const groups = [
    [Number.MAX_VALUE, Number.MAX_VALUE, Number.MAX_VALUE], [-Number.MAX_VALUE, -Number.MAX_VALUE, -Number.MAX_VALUE],
    [Number.MAX_VALUE, -Number.MAX_VALUE, 1], [Number.MIN_VALUE, Number.MIN_VALUE, -Number.MIN_VALUE], [Number.MIN_VALUE, 1e-290, 1e-300],
    [0, -0, 0], [1.7e308, 1e-308, -1.7e308],
  ]
  // Several portions, because the means of portions meet in another place than the values of one.
  for (let round = 0; round < 5; round++) {
    const values = groups.flatMap((group, index) => group.slice(0, 1 + round % 3).map((value) => ({ sensorKey: index + 1, value })))
    await store(pool, logKey, values.map((each, index) => ({ ...each, timeUs: BEGIN_US + round * 7_000_000 + index })))
    await rollUpAll(pool, [logKey])
  }
  assert.deepEqual(await rollupDifferences(pool), [])
})

test('who rolls up the same log at the same time waits, and then finds it done', async (t) => {
  const pool = await open(t)
  const logKey = await addLog(pool, 0)
  for (let round = 0; round < 4; round++) {
    for (let part = 0; part < 5; part++) await store(pool, logKey, randomReadings(String(5 * round + part), 400, [1, 2, 3]))
    await Promise.all(Array.from({ length: 4 }, () => rollUpAll(pool, [logKey], 700)))
  }
  assert.deepEqual(await rollupDifferences(pool), [])
})

test('batches of a release that didn\'t note their days, logs that were replaced, and gaps are rolled up too', async (t) => {
  const pool = await open(t)
  const old = await addLog(pool, 0)
  await store(pool, old, randomReadings('1', 500, [1, 2]))
  await pool.query('update batch set days = null')
  await pool.query('update partition_log set closed_at = now()')
  const logKey = await addLog(pool, 0)
  await store(pool, logKey, randomReadings('2', 500, [1, 2]))
  await pool.query('update partition_log set next_offset = next_offset + 10, lost = 10 where log_key = $1', [logKey])
  await store(pool, logKey, randomReadings('3', 500, [1, 2]))
  await rollUpAll(pool, [logKey])
  assert.deepEqual(await rollupDifferences(pool), [])
  assert.deepEqual((await pool.query('select sum(readings)::int as readings from sensor_state')).rows, [{ readings: 1_500 }])
})

test('batches whose ids lie far apart, or came round again, are rolled up one after the other', async (t) => {
  const pool = await open(t)
  const logs = [await addLog(pool, 0), await addLog(pool, 1)]
  for (const [round, next] of [0, 1_000_000, 2_147_483_646, -2_147_483_648].entries()) {
    await pool.query(`select setval('batch_id_seq', $1, false)`, [next])
    for (const [index, logKey] of logs.entries()) await store(pool, logKey, randomReadings(String(2 * round + index), 200, [1 + index]))
  }
  await rollUpAll(pool, logs)
  assert.deepEqual(await rollupDifferences(pool), [])
})

test('a batch without readings moves the position, and one whose readings are dropped holds nothing up', async (t) => {
  const pool = await open(t)
  const logKey = await addLog(pool, 0)
  await store(pool, logKey, [])
  await store(pool, logKey, randomReadings('1', 5, [1]))
  await pool.query('drop table reading_20260331, reading_20260401, reading_minute_202603, reading_hour_2026')
  await store(pool, logKey, [{ sensorKey: 1, timeUs: Date.UTC(2026, 5, 1) * 1000, value: 3 }])
  await rollUpAll(pool, [logKey])
  assert.deepEqual((await pool.query('select next_offset::int as next from rollup_position')).rows, [{ next: 6 }])
  assert.deepEqual((await pool.query('select readings::int as readings from sensor_state')).rows, [{ readings: 1 }])
  const { rows } = await pool.query(`select relname as name from pg_class where relname like 'reading\\_%2026033%' or relname = 'reading_minute_202603'`)
  assert.deepEqual(rows, [], 'no partition is made again that holds nothing')
})

test('rolls up while another program has the partition locked against maintenance', async (t) => {
  const pool = await open(t)
  const logKey = await addLog(pool, 0)
  await store(pool, logKey, randomReadings('1', 50, [1]))
  const holder = await pool.connect()
  await holder.query('begin')
  await holder.query('lock table reading_20260331 in share update exclusive mode')
  await rollUpAll(pool, [logKey])
  await holder.query('rollback')
  holder.release()
  assert.deepEqual(await rollupDifferences(pool), [])
})

test('the interval of a sensor is known, also where each portion has one reading of it', async (t) => {
  const pool = await open(t)
  const logKey = await addLog(pool, 0)
  const intervalMs = async (): Promise<number | null | undefined> => (
    (await pool.query<{ ms: number | null }>('select interval_ms as ms from sensor_state')).rows[0]?.ms)
  const rollUpAt = async (...seconds: number[]): Promise<void> => {
    await store(pool, logKey, seconds.map((second) => ({ sensorKey: 1, timeUs: BEGIN_US + second * 1_000_000, value: 1 })))
    await rollUpAll(pool, [logKey])
  }
  await rollUpAt(0)
  assert.equal(await intervalMs(), null)
  await rollUpAt(300)
  assert.equal(await intervalMs(), 300_000)
  await rollUpAt(100)
  assert.equal(await intervalMs(), 300_000, 'a late one says nothing')
  await rollUpAt(302, 304, 306)
  assert.equal(await intervalMs(), 2_000)
})
