import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { fillHistory } from '../../bench/history-fill.ts'
import type { FilledHistory } from '../../bench/history-fill.ts'
import { dayOf } from '../../src/contract/timestamp.ts'
import { exportRows } from '../../src/postgres/export-rows.ts'
import { readPendingAlerts, readPendingDeadLetters } from '../../src/postgres/outbox.ts'
import { partitionOf } from '../../src/postgres/partitions.ts'
import { createPool } from '../../src/postgres/pool.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { readRecentAlerts } from '../../src/postgres/read-alerts.ts'
import { readBatchesFrom, readLatestBatches } from '../../src/postgres/read-batches.ts'
import { readReadings, readRollups } from '../../src/postgres/read-history.ts'
import { readMissingRanges, readPending } from '../../src/postgres/read-ledger.ts'
import { readRebalances } from '../../src/postgres/read-rebalances.ts'
import { readSensor, readSensors } from '../../src/postgres/read-sensors.ts'
import { rollUp } from '../../src/postgres/roll-up.ts'
import { fileOwner } from '../harness/file-owner.ts'
import { testDatabase } from '../harness/plant.ts'
import { explainPlans } from './explained-plans.ts'
import type { PlanScan } from './explained-plans.ts'
import { addLog } from './stored-readings.ts'

// The very statements of the services, on a database of a year with enough in it that PostgreSQL would rather not read all of it.

const SENSORS = 1_000
const READINGS = 400_000
const HOUR_MS = 3_600_000
const owner = fileOwner()

describe('the plan of', () => {
  let pool: Pool
  let filled: FilledHistory
  let logKey: number

  before(async () => {
    const { databaseUrl } = await testDatabase(owner)
    pool = createPool(databaseUrl, { applicationName: 'test', max: 4, statementTimeoutMs: 120_000 })
    owner.after(() => pool.end())
    filled = await fillHistory(pool, { readings: READINGS, sensors: SENSORS })
    logKey = await addLog(pool, 0)
    await fillOthers(pool, logKey, filled)
  })

  async function scansOf(work: (explained: Pool) => Promise<unknown>): Promise<PlanScan[]> {
    const { pool: explained, scans } = explainPlans(pool)
    await work(explained)
    assert.ok(scans.length > 0)
    return scans
  }

  /** Names of the partitions that hold a time. */
  function partitions(table: 'reading' | 'reading_minute' | 'reading_hour', fromMs: number, toMs: number): string[] {
    const days = Array.from({ length: dayOf(toMs * 1000 - 1) - dayOf(fromMs * 1000) + 1 }, (_, index) => dayOf(fromMs * 1000) + index)
    return [...new Set(days.map((day) => partitionOf(table, day).name))].toSorted()
  }

  test('a history looks into the partitions of its time alone, by their index', async () => {
    const toMs = filled.endMs - 60_000
    const question = { sensorKey: 7, fromMs: toMs - HOUR_MS / 6, toMs, stepMs: 60_000 }
    assertScans(await scansOf((db) => readReadings(db, question, 4_000, 500)), partitions('reading', question.fromMs, toMs), /_sensor_key_date_bin_idx$/)
    const days = { ...question, fromMs: toMs - 48 * HOUR_MS }
    assertScans(await scansOf((db) => readRollups(db, 'minute', days)), partitions('reading_minute', days.fromMs, toMs), /_pkey$/)
    const year = { ...question, fromMs: toMs - 364 * 24 * HOUR_MS, stepMs: 24 * HOUR_MS }
    const hours = await scansOf((db) => readRollups(db, 'hour', year))
    assertScans(hours, partitions('reading_hour', year.fromMs, toMs), /_pkey$/)
    // The table itself, where each hour is on a page of its own, is left alone.
    assert.ok(hours.every(({ kind }) => kind === 'Index Only Scan'), JSON.stringify(hours))
    // A month of days is not all of them either.
    const month = { ...question, fromMs: toMs - 31 * 24 * HOUR_MS }
    const seen = await scansOf((db) => readReadings(db, month, 4_000, 500))
    assert.deepEqual(tablesOf(seen), partitions('reading', month.fromMs, toMs))
  })

  test('one sensor is found by its id, and all of them are read without their readings', async () => {
    const tables = ['alarm', 'sensor_alias', 'sensor_outlook', 'sensor_state', 'sensor_version', 'sensors']
    assertScans(await scansOf((db) => readSensor(db, 'sensor-7')), tables, /^(sensors_sensor_id_key|sensor_\w+_pkey|sensor_alias_sensor_key|alarm_open)$/)
    assert.deepEqual(tablesOf(await scansOf(readSensors)), tables)
  })

  test('an export of a sensor reads its readings alone, and one of all sensors the days asked for', async () => {
    const question = { level: 'raw' as const, fromMs: filled.endMs - HOUR_MS / 6, toMs: filled.endMs }
    const read = (sensorKeys: number[] | null) => scansOf(async (db) => {
      for await (const _ of exportRows(db, { ...question, sensorKeys }, new AbortController().signal)) break
    })
    const days = partitions('reading', question.fromMs, question.toMs)
    const some = (await read([7, 8])).filter(({ table }) => table?.startsWith('reading_') ?? true)
    assertScans(some, days, /_sensor_key_date_bin_idx$/)
    assert.deepEqual(tablesOf((await read(null)).filter(({ table }) => table?.startsWith('reading_'))), days)
  })

  test('a round of the page reads what is new, not what there is', async () => {
    assertScans(await scansOf(readRecentAlerts), ['alerts'], /^alerts_timestamp_utc$/)
    assertScans(await scansOf(readRebalances), ['rebalancing_events'], /^rebalancing_events_timestamp_utc$/)
    const batches = (scans: readonly PlanScan[]) => scans.filter(({ table }) => table === 'batch')
    assertScans(batches(await scansOf((db) => readBatchesFrom(db, [{ logKey, nextOffset: READINGS - 40_000 }]))), ['batch'], /^batch_log_key_first_offset$/)
    assertScans(batches(await scansOf((db) => readLatestBatches(db, [logKey], 600))), ['batch'], /^batch_log_key_first_offset$/)
  })

  test('the outbox and the ledger go by the offset', async () => {
    const large = (scans: readonly PlanScan[]) => scans.filter(({ table }) => table === undefined || ['alerts', 'dead_letter', 'producer_epoch'].includes(table))
    assertScans(large(await scansOf((db) => readPendingAlerts(db, logKey, 1_000))), ['alerts'], /^alerts_log_key_kafka_offset$/)
    assertScans(large(await scansOf((db) => readPendingDeadLetters(db, logKey, 1))), ['dead_letter'], /^dead_letter_pkey$/)
    assertScans(large(await scansOf(readPending)), ['alerts', 'dead_letter'], /^(alerts_log_key_kafka_offset|dead_letter_pkey)$/)
    assertScans(large(await scansOf((db) => readMissingRanges(db, [7], 20))), ['producer_epoch'], /^producer_epoch_(pkey|missing)$/)
  })

  test('a rollup reads the batches and the days that are new', async () => {
    const scans = await scansOf((db) => rollUp(db, [logKey], 20_000))
    const readings = scans.filter(({ table, index }) => table?.startsWith('reading_2') ?? index?.includes('batch_id'))
    assertScans(readings, partitions('reading', filled.beginMs, filled.beginMs + 1), /_batch_id_idx$/)
    assertScans(scans.filter(({ table }) => table === 'batch'), ['batch'], /^batch_log_key_first_offset$/)
  })
})

/** They read these tables, none of them as a whole, by indexes of this name. */
function assertScans(scans: readonly PlanScan[], tables: readonly string[], index: RegExp): void {
  const said = JSON.stringify(scans)
  assert.deepEqual(tablesOf(scans), tables, said)
  assert.deepEqual(scans.filter(({ kind }) => kind === 'Seq Scan'), [], said)
  const indexes = scans.flatMap((scan) => scan.index ?? [])
  assert.ok(indexes.length >= tables.length, said)
  for (const each of indexes) assert.match(each, index, said)
}

function tablesOf(scans: readonly PlanScan[]): string[] {
  return [...new Set(scans.flatMap(({ table }) => table ?? []))].toSorted()
}

/** What else grows: batches, alerts, dead letters, producers' lives and rebalances. */
async function fillOthers(pool: Pool, logKey: number, { beginMs }: FilledHistory): Promise<void> {
  await pool.query(`
    insert into batch (batch_id, log_key, first_offset, next_offset, consumer_id, committed_at, days)
    select n, $1::smallint, n * 20000::bigint, (n + 1) * 20000::bigint, 'consumer-001', now(), array[$2::date] from generate_series(0, ${READINGS / 20_000 - 1}) n
    union all select 1000 + n, $1::smallint, -n, 1 - n, 'consumer-002', now(), null from generate_series(1, 20000) n`,
  [logKey, new Date(beginMs).toISOString().slice(0, 10)])
  await pool.query(`
    insert into alerts (alert_id, sensor_id, sensor_type, anomaly_type, severity, sensor_value, sensor_unit, sensor_alert_level, description, location,
      detected_by, timestamp_utc, log_key, kafka_offset)
    select gen_random_uuid(), 'sensor-7', 'energy', 'rapid_value_change', 'medium', 1, 'kW', 'normal', '', '{}', 'consumer-001', now() - n * interval '1 min', $1::smallint, n
    from generate_series(1, 20000) n`, [logKey])
  await pool.query(`insert into dead_letter (log_key, kafka_offset, reason, detail, detected_by)
    select $1::smallint, n, 'not_json', '', 'consumer-001' from generate_series(1, 20000) n`, [logKey])
  await pool.query(`insert into outbox_position (log_key, kind, next_offset) values ($1, 'alert', 19990), ($1, 'dead_letter', 19990)`, [logKey])
  await pool.query(`insert into producer_epoch (sensor_key, producer_epoch, first_sequence, next_sequence, received, missing)
    select 1 + n % ${SENSORS}, 'epoch-' || n, 0, 100, 100, case when n % 10 = 0 then '{[5,6)}'::int8multirange else '{}' end from generate_series(1, 20000) n`)
  await pool.query(`insert into rebalancing_events (event_type, consumer_id, timestamp_utc)
    select 'partition_assigned', 'consumer-001', now() - n * interval '1 min' from generate_series(1, 20000) n`)
  for (const table of ['batch', 'alerts', 'dead_letter', 'outbox_position', 'producer_epoch', 'rebalancing_events', 'partition_log']) {
    await pool.query(`vacuum analyze ${table}`)
  }
}
