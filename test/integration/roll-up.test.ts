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
  assert.deepEqual(counts, [{ readings: 6_000, buckets: 5 }])
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
