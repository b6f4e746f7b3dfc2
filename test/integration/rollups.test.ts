import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Pool } from '../../src/postgres/pool.ts'
import { createRandom, randomState } from '../../src/sensor/random.ts'
import { rollupDifferences } from '../harness/rollup-differences.ts'
import { bench, eventually, reading } from './consumer-bench.ts'

const CONSUMER_MAIN = fileURLToPath(new URL('../../src/consumer/main.ts', import.meta.url))
const HOUR_MS = 3_600_000
const BEGUN_MS = Date.now()
const EXTREMES = [1.7e308, -1.7e308, Number.MAX_VALUE, Number.MIN_VALUE, -Number.MIN_VALUE, 1e-300, 0]

async function behind(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ behind: number }>(
    'select sum(l.next_offset - coalesce(p.next_offset, l.first_offset))::int as behind from partition_log l left join rollup_position p using (log_key)')
  return rows[0]?.behind as number
}

/** Of the last days, in no order; one in ten is sent twice. No two that differ have the same time. */
function randomMessages(seed: number, count: number, sensors: readonly string[]): Record<string, unknown>[] {
  const random = createRandom(randomState(String(seed)))
  return Array.from({ length: count }, (_, index) => {
    const timeMs = BEGUN_MS - Math.floor(random.uniform() * 60) * HOUR_MS - Math.floor(random.uniform() * 50) * 60_000 - seed * 3_000 - index
    const value = random.uniform() < 0.05 ? EXTREMES[Math.floor(random.uniform() * EXTREMES.length)] : (random.uniform() - 0.4) * 100
    const sent = reading(index + 1, {
      timestamp: new Date(timeMs).toISOString(), sensor_id: sensors[Math.floor(random.uniform() * sensors.length)], value,
      metadata: { producer_epoch: `e${seed}`, sequence: index + 1 }, alert_level: ['normal', 'warning', 'critical'][Math.floor(random.uniform() * 3)],
    })
    return random.uniform() < 0.1 ? [sent, sent] : [sent]
  }).flat()
}

test('rollups are what the readings come to, through kills, restarts and handovers', async (t) => {
  const { plant, pool, send, consumer, consumed } = await bench(t)
  let sent = 0
  const sendTo = async (partition: number, seed: number, sensors: readonly string[]): Promise<void> => {
    const messages = randomMessages(seed, 1_500, sensors)
    await send(messages, partition)
    sent += messages.length
  }
  for (let round = 0; round < 4; round++) {
    const child = spawn(process.execPath, [CONSUMER_MAIN], {
      env: {
        PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'], FACTORY_TEST_RUN: process.env['FACTORY_TEST_RUN'],
        ...plant.env, CONSUMER_ID: 'consumer-001', GROUP_SESSION_TIMEOUT_MS: '4000', BATCH_MAX_READINGS: '100',
      },
      stdio: 'ignore',
    })
    // One sensor comes through two partitions.
    await sendTo(0, 3 * round, ['a', 'b', 'both'])
    await sendTo(1, 3 * round + 1, ['c', 'both'])
    // Killed while it stores, or while it rolls up, or in between.
    await eventually(async () => {
      assert.ok((await pool.query('select from batch')).rowCount as number > 10 * (round + 1))
    })
    await sleep(700 * round)
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  const second = await consumer('consumer-002')
  await sendTo(2, 100, ['a', 'd'])
  await consumed(sent)
  await second.close()
  assert.equal(await behind(pool), 0, 'a clean stop rolls up what is left')
  assert.deepEqual(await rollupDifferences(pool), [])

  await consumer('consumer-003')
  await consumer('consumer-004')
  await sendTo(0, 101, ['a', 'both'])
  await sendTo(1, 102, ['both', 'new'])
  await consumed(sent)
  await eventually(async () => { assert.equal(await behind(pool), 0) })
  assert.deepEqual(await rollupDifferences(pool), [])
  const { rows } = await pool.query(`
    select sum(readings)::int as readings, (select sum(stored)::int from partition_log) as stored, (select count(*) > 100 from reading_hour) as hours from sensor_state`)
  assert.deepEqual(rows, [{ readings: rows[0].stored, stored: rows[0].stored, hours: true }])
})

test('a reading is in the rollups from the moment on at which it is stored', async (t) => {
  const { pool, send, consumer } = await bench(t)
  await consumer('consumer-001')
  await send([reading(1)], 0)
  const seen = new Set<string>()
  const look = async (): Promise<string> => {
    const { rows } = await pool.query(`
      select (select count(*)::int from reading) as stored, (select sum(readings)::int from reading_minute) as minutes,
        (select sum(readings)::int from reading_hour) as hours, (select readings::int from sensor_state) as state`)
    return JSON.stringify(rows[0])
  }
  const whole = '{"stored":1,"minutes":1,"hours":1,"state":1}'
  await eventually(async () => {
    seen.add(await look())
    assert.ok(seen.has(whole))
  })
  assert.deepEqual([...seen].filter((each) => each !== whole && each !== '{"stored":0,"minutes":null,"hours":null,"state":null}'), [])
})

test('readings are stored while rolling up fails, and rolled up when that is mended', async (t) => {
  const { pool, send, consumer, consumed } = await bench(t)
  await pool.query('alter table sensor_state add constraint broken check (readings < 0)')
  await consumer('consumer-001')
  await send([reading(1), reading(2)], 0)
  await consumed(2)
  await sleep(6_000)
  await send([reading(3)], 0)
  await consumed(3)
  assert.equal(await behind(pool), 3)
  await pool.query('alter table sensor_state drop constraint broken')
  await eventually(async () => { assert.equal(await behind(pool), 0) })
  assert.deepEqual(await rollupDifferences(pool), [])
})
