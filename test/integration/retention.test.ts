import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { startMaintenance } from '../../src/consumer/maintenance.ts'
import { dayName } from '../../src/contract/timestamp.ts'
import { buildMissingIndexes } from '../../src/postgres/bucket-index.ts'
import { createPartitions, daysAhead } from '../../src/postgres/partitions.ts'
import { createPool } from '../../src/postgres/pool.ts'
import type { Client, Pool } from '../../src/postgres/pool.ts'
import { dropExpired, tryMaintenanceLock } from '../../src/postgres/retention.ts'
import type { Retention } from '../../src/postgres/retention.ts'
import { createLog } from '../../src/runtime/log.ts'
import { testDatabase } from '../harness/plant.ts'
import { bench, eventually, reading } from './consumer-bench.ts'
import { addLog, store } from './stored-readings.ts'

const DAY_MS = 86_400_000
const NOW_MS = Date.UTC(2030, 5, 15, 12)
const RETENTION: Retention = { rawDays: 10, minuteDays: 60, hourDays: 800 }

async function open(t: TestContext): Promise<{ pool: Pool, client: Client, databaseUrl: string }> {
  // The database goes last: it would take the connection away.
  const afterwards: (() => void | Promise<void>)[] = []
  const { databaseUrl } = await testDatabase({ after: (cleanUp) => { afterwards.push(cleanUp) } })
  const pool = createPool(databaseUrl, { applicationName: 'test', max: 4 })
  const client = await pool.connect()
  t.after(async () => {
    client.release(true)
    await pool.end()
    for (const cleanUp of afterwards) await cleanUp()
  })
  // Those of today are none of these tests' business.
  for (const name of await partitions(pool)) await pool.query(`drop table ${name}`)
  return { pool, client, databaseUrl }
}

async function partitions(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(`
    select relname as name from pg_class where relkind = 'r' and relname ~ '^reading_.*\\d$' and relispartition order by 1`)
  return rows.map(({ name }) => name)
}

function day(text: string): number {
  return Date.parse(`${text}T00:00:00Z`) / DAY_MS
}

async function drop(client: Client, retention: Retention = RETENTION, nowMs = NOW_MS): Promise<string[]> {
  const dropped: string[] = []
  await dropExpired(client, retention, nowMs, (name) => { dropped.push(name) })
  return dropped
}

test('partitions are dropped when their last moment is past the retention by a day', async (t) => {
  const { pool, client } = await open(t)
  await createPartitions(pool, ['2030-06-15', '2030-06-05', '2030-06-04', '2030-06-03', '2030-04-14', '2030-03-31', '2028-04-05', '2027-12-31'].map(day))
  // 10 days and one: June 4 at noon. 60 days and one: April 15. 800 days and one: April 6 of 2028.
  assert.deepEqual(await drop(client), [
    'reading_20271231', 'reading_20280405', 'reading_20300331', 'reading_20300414', 'reading_20300603', 'reading_hour_2027',
    'reading_minute_202712', 'reading_minute_202804', 'reading_minute_203003'])
  assert.deepEqual(await partitions(pool), [
    'reading_20300604', 'reading_20300605', 'reading_20300615', 'reading_hour_2028', 'reading_hour_2030', 'reading_minute_203004', 'reading_minute_203006'])
  assert.deepEqual(await drop(client), [])
  assert.deepEqual(await drop(client, { rawDays: 36_500, minuteDays: 36_500, hourDays: Number.POSITIVE_INFINITY }, Date.UTC(2100, 0)), [])
})

test('what somebody else reads for long is dropped later, and holds nobody up meanwhile', async (t) => {
  const { pool, client } = await open(t)
  await createPartitions(pool, [day('2030-05-01'), day('2030-06-15')])
  const logKey = await addLog(pool, 0)
  const newest = { sensorKey: 1, timeUs: NOW_MS * 1000, value: 1 }
  await store(pool, logKey, [newest, { ...newest, timeUs: Date.parse('2030-05-01T00:00:00Z') * 1000 }])
  const reader = await pool.connect()
  await reader.query('begin')
  await reader.query('select count(*) from reading')
  const dropping = assert.rejects(drop(client), /lock timeout/)
  await eventually(async () => {
    assert.equal((await pool.query('select from pg_inherits where inhdetachpending')).rowCount, 1)
  })
  // It is waited for the reader now; nobody waits for that.
  await store(pool, logKey, [newest])
  assert.deepEqual((await pool.query('select count(*)::int as readings from reading')).rows, [{ readings: 2 }])
  assert.deepEqual((await reader.query('select count(*)::int as readings from reading')).rows, [{ readings: 2 }])
  await dropping
  await reader.query('rollback')
  reader.release()
  assert.deepEqual(await drop(client), ['reading_20300501'])
  assert.deepEqual(await partitions(pool), ['reading_20300615', 'reading_hour_2030', 'reading_minute_203005', 'reading_minute_203006'])
})

test('one that was broken off in the middle comes back with its readings, if they are wanted again', async (t) => {
  const { pool, client } = await open(t)
  const logKey = await addLog(pool, 0)
  const old = { sensorKey: 1, timeUs: Date.parse('2030-05-01T00:00:00Z') * 1000, value: 1 }
  await store(pool, logKey, [old])
  const detached = async (): Promise<void> => { await client.query('alter table reading detach partition reading_20300501 concurrently') }
  await detached()
  await store(pool, logKey, [old])

  const reader = await pool.connect()
  await reader.query('begin')
  await reader.query('select count(*) from reading')
  await client.query(`set lock_timeout = '100ms'`)
  await assert.rejects(detached(), /lock timeout/)
  await reader.query('rollback')
  reader.release()
  await store(pool, logKey, [old])
  assert.deepEqual((await pool.query('select count(*)::int as readings from reading')).rows, [{ readings: 3 }])

  // One that was detached to be dropped is; one that somebody keeps, by detaching it, isn't.
  await detached()
  assert.deepEqual(await drop(client), [])
  await client.query(`comment on table reading_20300501 is 'expired'`)
  assert.deepEqual(await drop(client), ['reading_20300501'])
})

test('one consumer at a time', async (t) => {
  const { pool, client } = await open(t)
  assert.equal(await tryMaintenanceLock(client), true)
  const other = await pool.connect()
  assert.equal(await tryMaintenanceLock(other), false)
  other.release()
})

test('partitions that lack the index get it, the newest first, also where that was broken off', async (t) => {
  const { pool, client } = await open(t)
  // As an older release made them: the index came later.
  await pool.query('drop index reading_sensor_key_bucket')
  await createPartitions(pool, [day('2030-06-14'), day('2030-06-15')])
  await pool.query(`create index reading_sensor_key_bucket on only reading (sensor_key, date_bin('10 minutes', time, '2000-01-01 00:00:00+00'))`)
  await createPartitions(pool, [day('2030-06-16')])
  await pool.query(`create index reading_20300614_sensor_key_bucket on reading_20300614 (sensor_key, date_bin('10 minutes', time, '2000-01-01 00:00:00+00'))`)
  const built: string[] = []
  const valid = async (): Promise<unknown> =>
    (await pool.query(`select indisvalid as valid from pg_index where indexrelid = 'reading_sensor_key_bucket'::regclass`)).rows[0].valid
  assert.equal(await valid(), false)
  await buildMissingIndexes(client, (name) => { built.push(name) })
  assert.deepEqual(built, ['reading_20300615', 'reading_20300614'])
  assert.equal(await valid(), true, 'all partitions have it')
  await buildMissingIndexes(client, (name) => { built.push(name) })
  assert.equal(built.length, 2)
})

test('a stop ends an index that waits for somebody, and the next maintenance builds it', async (t) => {
  const { pool, databaseUrl } = await open(t)
  await pool.query('drop index reading_sensor_key_bucket')
  await createPartitions(pool, [day('2030-06-15')])
  await pool.query(`create index reading_sensor_key_bucket on only reading (sensor_key, date_bin('10 minutes', time, '2000-01-01 00:00:00+00'))`)
  const options = { databaseUrl, consumerId: 'consumer-001', retention: RETENTION, log: createLog('test', 'silent') }
  const writer = await pool.connect()
  await writer.query('begin')
  await writer.query('lock table reading_20300615 in row exclusive mode')
  const first = startMaintenance(options)
  await eventually(async () => {
    assert.equal((await pool.query(`select from pg_stat_activity where query like 'create index concurrently%' and datname = current_database()`)).rowCount, 1)
  })
  const begun = performance.now()
  await first.stop()
  assert.ok(performance.now() - begun < 900)
  await writer.query('rollback')
  writer.release()
  const second = startMaintenance(options)
  t.after(() => second.stop())
  await eventually(async () => {
    const { rows } = await pool.query(`select indisvalid as valid from pg_index where indexrelid = 'reading_sensor_key_bucket'::regclass`)
    assert.deepEqual(rows, [{ valid: true }])
  })
})

test('a year and more of partitions is made quickly, whoever else makes them', async (t) => {
  const { pool } = await open(t)
  const days = Array.from({ length: 420 }, (_, index) => day('2029-01-01') + index)
  const begun = performance.now()
  await Promise.all([createPartitions(pool, days), createPartitions(pool, days.toReversed())])
  const seconds = (performance.now() - begun) / 1000
  t.diagnostic(`420 days by two makers: ${seconds.toFixed(1)} s`)
  assert.ok(seconds < 60)
  const names = await partitions(pool)
  assert.equal(names.length, 420 + 14 + 2)
  const { rows } = await pool.query(`
    select pg_get_expr(relpartbound, oid) as bounds from pg_class where relname in ('reading_20290101', 'reading_minute_202902', 'reading_hour_2030') order by relname`)
  assert.deepEqual(rows.map(({ bounds }) => bounds), [
    `FOR VALUES FROM ('2029-01-01 00:00:00+00') TO ('2029-01-02 00:00:00+00')`, `FOR VALUES FROM ('2030-01-01 00:00:00+00') TO ('2031-01-01 00:00:00+00')`,
    `FOR VALUES FROM ('2029-02-01 00:00:00+00') TO ('2029-03-01 00:00:00+00')`])
})

test('a consumer drops at its start what is past its retention and rolled up, and takes readings as young as that', async (t) => {
  const { pool, send, consumer, consumed } = await bench(t)
  const today = Math.floor(Date.now() / DAY_MS)
  await createPartitions(pool, [today - 5])
  // Of a log that no consumer has any more.
  await store(pool, await addLog(pool, 0), [{ sensorKey: 1, timeUs: (today - 9) * DAY_MS * 1000, value: 5 }])
  await consumer('consumer-001', { RETENTION_RAW_DAYS: '5', RETENTION_MINUTE_DAYS: '60' })
  const named = (back: number): string => `reading_${dayName(today - back).replaceAll('-', '')}`
  await eventually(async () => {
    const names = await partitions(pool)
    assert.deepEqual([names.includes(named(5)), names.includes(named(9))], [true, false])
  })
  assert.deepEqual((await pool.query('select mean_value as mean from reading_hour')).rows, [{ mean: 5 }])
  const young = new Date(Date.now() - 5 * DAY_MS + 60_000).toISOString()
  const old = new Date(Date.now() - 5 * DAY_MS - 60_000).toISOString()
  await send([reading(1, { timestamp: young }), reading(2, { timestamp: old })], 0)
  await consumed(3)
  assert.deepEqual((await pool.query('select count(*)::int as stored from reading')).rows, [{ stored: 1 }])
  assert.deepEqual((await pool.query('select reason from dead_letter')).rows, [{ reason: 'older_than_retention' }])
  assert.ok((await partitions(pool)).length >= daysAhead().length)
})
