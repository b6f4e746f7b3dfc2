import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AlarmOverride } from '../../src/alarm/alarm-rules.ts'
import type { AlarmRule } from '../../src/contract/alarm.ts'
import { insertAlarmSetting } from '../../src/postgres/alarm-settings.ts'
import { inTransaction } from '../../src/postgres/pool.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { bench, eventually, reading } from './consumer-bench.ts'

const at = (ms: number, value: number, sequence: number, changes: Record<string, unknown> = {}): Record<string, unknown> => reading(sequence, {
  timestamp: new Date(ms).toISOString(), value, alert_level: value >= 40 ? 'critical' : 'normal', ...changes,
})

async function alarms(pool: Pool): Promise<[string, string, boolean][]> {
  const { rows } = await pool.query<{ rule: string, state: string, open: boolean }>('select rule, state, ended_at is null as open from alarm order by raised_at, rule')
  return rows.map(({ rule, state, open }) => [rule, state, open])
}

async function set(
  pool: Pool, scope: { readonly sensorType: string } | { readonly sensorKey: number }, rule: AlarmRule, override: AlarmOverride,
): Promise<void> {
  await inTransaction(pool, (client) => (
    insertAlarmSetting(client, { sensorType: null, sensorKey: null, ...scope }, rule, override, { name: 'otto', reason: 'test' })))
}

// Most of each is waiting: for 10 s of silence, for settings to be read again.
describe('the alarms of a consumer', { concurrency: 3 }, () => {
  test('go on with the next consumer: what was raised is cleared by it, and not raised again', async (t) => {
    const { pool, send, consumer, consumed } = await bench(t)
    const begunMs = Date.now() - 600_000
    const first = await consumer('consumer-001')
    await send([at(begunMs, 41, 1), at(begunMs + 1_000, 42, 2)], 0)
    await consumed(2)
    await first.close()
    assert.deepEqual(await alarms(pool), [['critical_threshold_violation', 'unacknowledged', true]])
    await consumer('consumer-002')
    await send([at(begunMs + 2_000, 43, 3), at(begunMs + 13_000, 41, 4), at(begunMs + 14_000, 39, 5), at(begunMs + 80_000, 39, 6)], 0)
    await consumed(6)
    const { rows } = await pool.query(`
      select state, readings, peak_value, (select array_agg(transition order by timestamp_utc) from alerts where alerts.episode_id = alarm.episode_id) as told
      from alarm where rule = 'critical_threshold_violation'`)
    assert.deepEqual(rows, [{ state: 'returned_unacknowledged', readings: 4, peak_value: 43, told: ['raised', 'cleared'] }])
  })

  test('a value that dances on the threshold is one alarm', async (t) => {
    const { pool, send, consumer, consumed } = await bench(t)
    const begunMs = Date.now() - 600_000
    await consumer('consumer-001')
    await send(Array.from({ length: 200 }, (_, index) => at(begunMs + 2_000 * index, index % 2 === 0 ? 40.1 : 39.6, index + 1)), 0)
    await consumed(200)
    assert.deepEqual(await alarms(pool), [['critical_threshold_violation', 'unacknowledged', true]])
  })

  test('readings of a bad quality raise an alarm of their own, and none of the process', async (t) => {
    const { pool, send, consumer, consumed } = await bench(t)
    const begunMs = Date.now() - 600_000
    await consumer('consumer-001')
    await send([at(begunMs, 25, 1), at(begunMs + 1_000, 999, 2, { quality: 0.1 }), at(begunMs + 2_000, 25, 3), at(begunMs + 90_000, 25, 4)], 0)
    await consumed(4)
    assert.deepEqual(await alarms(pool), [['bad_quality', 'returned_unacknowledged', true]])
    const { rows } = await pool.query(`select description from alerts order by timestamp_utc`)
    assert.deepEqual(rows.map((row) => row.description), ['quality 0.1 of 1; its readings raise no alarm of the process', 'good again after 89 seconds and 1 reading'])
    const { rows: rollups } = await pool.query('select max(max_value) as max, sum(readings)::int as readings from reading_hour')
    assert.deepEqual(rollups, [{ max: 25, readings: 3 }])
  })

  test('a sensor that went silent is an alarm, which ends when it is back, and both are published', async (t) => {
    const { pool, send, consumer, consumed } = await bench(t)
    await consumer('consumer-001')
    const begunMs = Date.now() - 8_000
    await send([0, 1, 2, 3].map((second) => at(begunMs + second * 1_000, 25, second + 1)), 0)
    await consumed(4)
    await eventually(async () => { assert.deepEqual(await alarms(pool), [['stale_signal', 'unacknowledged', true]]) })
    // Who takes over in between knows of it.
    const second = await consumer('consumer-002')
    await second.close()
    await send([at(Date.now(), 25, 5)], 0)
    await consumed(5)
    await eventually(async () => { assert.deepEqual(await alarms(pool), [['stale_signal', 'returned_unacknowledged', true]]) })
    const { rows } = await pool.query(`select transition, description, log_key from alerts order by timestamp_utc`)
    assert.deepEqual(rows.map((row) => [row.transition, row.log_key]), [['raised', null], ['cleared', null]])
    assert.match(rows[0].description, /^no reading for 1\d seconds; usually one every 1 second$/)
    await eventually(async () => { assert.equal((await pool.query('select from alert_unsent')).rowCount, 0) })
  })

  test('sensors that went silent at the same moment, by clocks that are wrong, are an alarm each, and the ingest goes on', async (t) => {
    const { pool, send, consumer, consumed } = await bench(t)
    await consumer('consumer-001')
    // Their clocks are an hour slow.
    const begunMs = Date.now() - 3_600_000
    const ids = ['a', 'b', 'c']
    const sendAll = (second: number): Promise<void> => send(ids.map((id) => (
      at(begunMs + second * 1_000, 25, second + 1, { sensor_id: id, metadata: { producer_epoch: `e-${id}`, sequence: second + 1 } }))), 0)
    for (let second = 0; second < 14; second++) {
      await sendAll(second)
      await sleep(1_000)
    }
    assert.deepEqual(await alarms(pool), [])
    await eventually(async () => { assert.deepEqual(await alarms(pool), ids.map(() => ['stale_signal', 'unacknowledged', true])) }, 30_000)
    // The clock is set back.
    await sendAll(5)
    await sendAll(20)
    await consumed(16 * 3)
    await eventually(async () => { assert.deepEqual(await alarms(pool), ids.map(() => ['stale_signal', 'returned_unacknowledged', true])) })
    assert.equal((await pool.query(`select from alerts where anomaly_type = 'stale_signal'`)).rowCount, 6)
  })

  test('what a partition said last holds no longer when the sensor reports through another one', async (t) => {
    const { pool, send, consumer, consumed } = await bench(t)
    await consumer('consumer-001')
    const begunMs = Date.now() - 3_600_000
    await send([at(begunMs, 41, 1), at(begunMs + 1_000, 42, 2)], 0)
    await consumed(2)
    // As after the topic got more partitions: its key is another one's now, and it is well.
    await send([at(begunMs + 1_800_000, 25, 3), at(begunMs + 1_801_000, 25, 4)], 1)
    await consumed(4)
    assert.deepEqual(await alarms(pool), [['critical_threshold_violation', 'unacknowledged', true]])
    // Where it reports now it falls silent meanwhile.
    await eventually(async () => { assert.deepEqual((await alarms(pool))[0], ['critical_threshold_violation', 'returned_unacknowledged', true]) }, 30_000)
    const { rows } = await pool.query(`select transition, description from alerts where anomaly_type = 'critical_threshold_violation' order by timestamp_utc`)
    assert.equal(rows.at(-1).transition, 'cleared')
    assert.match(rows.at(-1).description, /^its readings come another way now; it stood for /)
    await eventually(async () => { assert.equal((await pool.query('select from alert_unsent')).rowCount, 0) })
  })

  test('limits and values at the ends of what a number holds raise an alarm like others', async (t) => {
    const { pool, send, consumer, consumed } = await bench(t)
    await consumer('consumer-001')
    await send([reading(1, { value: 1.2e308, alert_level: undefined, metadata: { warning_threshold: -1.3e308, critical_threshold: -1.2e308 } }), reading(2)], 0)
    await consumed(2)
    const { rows } = await pool.query(`select peak_excess from alarm where rule = 'critical_threshold_violation'`)
    assert.deepEqual(rows, [{ peak_excess: Number.MAX_VALUE }])
  })

  test('history that is filled in makes no sensor silent', async (t) => {
    const { pool, send, consumer, consumed } = await bench(t)
    await consumer('consumer-001')
    await send([0, 1, 2, 3].map((second) => at(Date.UTC(2026, 2, 1) + second * 1_000, 25, second + 1)), 0)
    await consumed(4)
    await sleep(5_000)
    assert.deepEqual(await alarms(pool), [])
  })

  test('settings that are changed count within seconds', async (t) => {
    const { pool, send, consumer, consumed } = await bench(t)
    await consumer('consumer-001')
    const begunMs = Date.now() - 600_000
    await send([at(begunMs, 10, 1)], 0)
    await consumed(1)
    const { rows } = await pool.query<{ sensor_key: number }>('select sensor_key from sensors')
    await set(pool, { sensorKey: rows[0]?.sensor_key as number }, 'low_threshold_violation', { enabled: true, limit: 12 })
    await sleep(6_000)
    await send([at(begunMs + 1_000, 11.5, 2)], 0)
    await consumed(2)
    const { rows: found } = await pool.query('select rule, description from alarm')
    assert.deepEqual(found, [{ rule: 'low_threshold_violation', description: '11.5 °C, at or below 12 °C' }])
  })

  test('the pattern rules go by the limits of the sensor, and what was counted before they were set counts', async (t) => {
    const { pool, send, consumer, consumed } = await bench(t)
    await consumer('consumer-001')
    const begunMs = Date.now() - 600_000
    const warning = (second: number): Record<string, unknown> => at(begunMs + second * 1_000, 36, second + 1, { alert_level: 'warning' })
    await set(pool, { sensorType: 'temperature' }, 'consecutive_high_alerts', { limit: 100 })
    await set(pool, { sensorType: 'temperature' }, 'rapid_value_change', { limit: 1.5 })
    await sleep(6_000)
    await send([warning(0), warning(1), warning(2), warning(3), at(begunMs + 4_000, 38, 5, { alert_level: 'warning' })], 0)
    await consumed(5)
    const described = async () => (await pool.query('select rule, description from alarm order by rule')).rows
    const rapid = { rule: 'rapid_value_change', description: 'rose by 2 °C in one reading, to 38 °C' }
    assert.deepEqual(await described(), [rapid])
    const { rows } = await pool.query<{ key: number }>('select sensor_key as key from sensors')
    await set(pool, { sensorKey: rows[0]?.key as number }, 'consecutive_high_alerts', { limit: 6 })
    await sleep(6_000)
    await send([warning(5)], 0)
    await consumed(6)
    assert.deepEqual(await described(), [
      { rule: 'consecutive_high_alerts', description: '6 readings or more in a row at warning or above, now 36 °C' }, rapid])
  })

  test('a sensor is silent by the intervals that are set for it', async (t) => {
    const { pool, send, consumer, consumed } = await bench(t)
    await set(pool, { sensorType: 'temperature' }, 'stale_signal', { limit: 1_000 })
    await consumer('consumer-001')
    const begunMs = Date.now() - 8_000
    await send(['a', 'b'].flatMap((id) => [0, 1, 2, 3].map((second) => (
      at(begunMs + second * 1_000, 25, second + 1, { sensor_id: id, metadata: { producer_epoch: `e-${id}`, sequence: second + 1 } })))), 0)
    await consumed(8)
    const { rows } = await pool.query<{ key: number }>(`select sensor_key as key from sensors where sensor_id = 'b'`)
    await set(pool, { sensorKey: rows[0]?.key as number }, 'stale_signal', { limit: 2 })
    const silent = async () => (await pool.query('select sensor_id as id from alarm order by 1')).rows.map(({ id }) => id)
    await eventually(async () => { assert.deepEqual(await silent(), ['b']) }, 30_000)
    // It is a sensor that is known by now, and for which something else is set only then.
    await set(pool, { sensorType: 'temperature' }, 'stale_signal', {})
    await eventually(async () => { assert.deepEqual(await silent(), ['a', 'b']) }, 30_000)
  })
})
