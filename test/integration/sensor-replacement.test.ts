import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { inTransaction } from '../../src/postgres/pool.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { commissionSensor, replaceSensor } from '../../src/postgres/sensor-actions.ts'
import type { SensorAction } from '../../src/postgres/sensor-actions.ts'
import { bench, eventually, reading } from './consumer-bench.ts'

// What operators do to sensors, taken over by consumers that run.

/** The consumers ask for it every 5 s. */
const TAKEN_OVER_MS = 6_000

const act = (pool: Pool, action: SensorAction, id = 'temp-1') => (
  inTransaction(pool, (client) => action(client, id, { name: 'olga', reason: 'x', nowMs: Date.now() })))
const at = (ms: number, value: number, sequence: number, changes: Record<string, unknown> = {}): Record<string, unknown> => reading(sequence, {
  timestamp: new Date(ms).toISOString(), value, alert_level: value >= 40 ? 'critical' : 'normal', ...changes,
})
const alarms = async (pool: Pool): Promise<string[]> => (await pool.query<{ text: string }>(
  `select concat_ws(' ', rule, state, case when ended_at is null then 'open' end) as text from alarm order by raised_at, rule`)).rows.map(({ text }) => text)
const stored = async (pool: Pool): Promise<unknown[]> => (await pool.query(
  `select sensor_id, reading_value::int as value, metadata ->> 'producer_epoch' as epoch, (metadata ->> 'sequence')::int as sequence
   from sensor_readings order by timestamp_utc`)).rows

// Most of each is waiting for what the consumers read again every 5 s.
describe('a new device that sends under another id', { concurrency: 3 }, () => {
  test('goes on with the history, each reading once, also when two devices name their lives alike, and after a restart', async (t) => {
    const { pool, send, consumer, consumed } = await bench(t)
    const begunMs = Date.now() - 600_000
    const first = await consumer('consumer-001')
    // A process that makes the readings of many sensors calls its life the same for all of them.
    const old = [0, 1, 2].map((index) => at(begunMs + index * 1_000, 20 + index, index + 1))
    const fresh = (index: number) => at(begunMs + 100_000 + index * 1_000, 30 + index, index + 1, { sensor_id: 'temp-new' })
    await send(old, 0)
    await consumed(3)
    assert.equal((await act(pool, replaceSensor('SN-2', 'temp-new'))).outcome, 'done')
    await send([fresh(0), fresh(1), fresh(1)], 1)
    await consumed(6)
    await first.close()
    await consumer('consumer-002')
    // Sent again, by both; then what is new.
    await send([...old, fresh(0)], 0)
    await send([fresh(1), fresh(2)], 1)
    await send([at(begunMs + 200_000, 23, 4)], 2)
    await consumed(13)
    assert.deepEqual(await stored(pool), [
      ...[20, 21, 22].map((value, index) => ({ sensor_id: 'temp-1', value, epoch: 'e1', sequence: index + 1 })),
      ...[30, 31, 32].map((value, index) => ({ sensor_id: 'temp-1', value, epoch: 'e1', sequence: index + 1 })),
      { sensor_id: 'temp-1', value: 23, epoch: 'e1', sequence: 4 }])
    assert.deepEqual((await pool.query('select sensor_id from sensors')).rows, [{ sensor_id: 'temp-1' }])
    const { rows: [books] } = await pool.query(`
      select sum(stored)::int as stored, sum(duplicates)::int as duplicates, (select sum(received)::int from producer_epoch) as received,
        (select sum(next_sequence - first_sequence - received)::int from producer_epoch) as missing from partition_log`)
    assert.deepEqual(books, { stored: 7, duplicates: 6, received: 7, missing: 0 })
    await eventually(async () => { assert.deepEqual((await pool.query('select readings from sensor_state')).rows, [{ readings: 7 }]) })
  })

  test('two consumers that see it at the same moment as it is told keep one history', async (t) => {
    const { pool, send, consumer, consumed } = await bench(t)
    await Promise.all([consumer('consumer-001'), consumer('consumer-002')])
    const begunMs = Date.now() - 600_000
    await send([at(begunMs, 20, 1)], 0)
    await consumed(1)
    const unkeyed = Array.from({ length: 60 }, (_, index) => at(begunMs + 1_000 + index, 30, index + 1, { sensor_id: 'temp-new' }))
    const replaced = act(pool, replaceSensor('SN-2', 'temp-new'))
    await Promise.all([0, 1, 2].map((partition) => send(unkeyed.filter((_, index) => index % 3 === partition), partition)))
    const { outcome } = await replaced
    await consumed(61)
    const { rows } = await pool.query<{ id: string, count: number }>('select sensor_id as id, count(*)::int as count from sensor_readings group by 1 order by 1')
    assert.deepEqual(rows, outcome === 'done' ? [{ id: 'temp-1', count: 61 }] : [{ id: 'temp-1', count: 1 }, { id: 'temp-new', count: 60 }])
  })

  test('ends what only the old one\'s readings could have ended', async (t) => {
    const { pool, send, consumer, consumed } = await bench(t)
    await consumer('consumer-001')
    await send([0, 1, 2, 3].map((second) => at(Date.now() - 8_000 + second * 1_000, 25, second + 1)), 0)
    await consumed(4)
    // Told before the old device was taken off: it goes on for a moment, and then it is silent.
    await act(pool, replaceSensor('SN-2', 'temp-new'))
    await sleep(TAKEN_OVER_MS)
    await send([at(Date.now(), 41, 5)], 0)
    await consumed(5)
    const both = (state: string) => async () => {
      assert.deepEqual((await alarms(pool)).filter((text) => /^(critical|stale)/.test(text)), [`critical_threshold_violation ${state} open`, `stale_signal ${state} open`])
    }
    await eventually(both('unacknowledged'))
    await send([at(Date.now(), 25, 1, { sensor_id: 'temp-new' })], 1)
    await consumed(6)
    await eventually(both('returned_unacknowledged'))
    const { rows } = await pool.query<{ description: string }>(`select description from alerts where transition = 'cleared'`)
    for (const { description } of rows) assert.match(description, /^its readings come another way now; it stood for \d+ seconds?$/)
  })
})

test('a new device under the same id: the rules begin with its readings, and so they do after a restart', async (t) => {
  const { pool, send, consumer, consumed } = await bench(t)
  const first = await consumer('consumer-001')
  const begunMs = Date.now()
  await send([0, 1, 2, 3, 4].map((index) => at(begunMs - 5_000 + index * 1_000, 20, index + 1)), 0)
  await consumed(5)
  await act(pool, replaceSensor('SN-2', null))
  await sleep(TAKEN_OVER_MS)
  // 12 degrees from one reading to the next are a rapid change of one device.
  await send([at(Date.now(), 32, 6)], 0)
  await consumed(6)
  await act(pool, replaceSensor('SN-3', null))
  await first.close()
  await consumer('consumer-002')
  await send([at(Date.now(), 20, 7), at(Date.now() + 1, 32, 8)], 0)
  await consumed(8)
  const { rows } = await pool.query('select rule, first_value from alarm order by rule')
  assert.deepEqual(rows, [{ rule: 'rapid_value_change', first_value: 32 }])
  assert.equal((await pool.query('select from alarm')).rowCount, 1)
})

describe('a sensor that is decommissioned', { concurrency: 3 }, () => {
  test('keeps its readings and raises nothing, through a restart, until it is back', async (t) => {
    const { pool, send, consumer, consumed } = await bench(t)
    const begunMs = Date.now() - 600_000
    const first = await consumer('consumer-001')
    await send([at(begunMs, 41, 1)], 0)
    await consumed(1)
    assert.deepEqual(await alarms(pool), ['critical_threshold_violation unacknowledged open'])
    await act(pool, commissionSensor('decommissioned'))
    // The consumer doesn't know it yet: it has the alarm, and finds it over, and worse.
    await send([at(begunMs + 1_000, 20, 2), at(begunMs + 90_000, 20, 3), at(begunMs + 91_000, 45, 4), at(begunMs + 102_000, 46, 5)], 0)
    await consumed(5)
    await sleep(TAKEN_OVER_MS)
    await send([at(begunMs + 103_000, 20, 6), at(begunMs + 104_000, 47, 7)], 0)
    await consumed(7)
    await first.close()
    const second = await consumer('consumer-002')
    await send([at(begunMs + 105_000, 48, 8)], 0)
    await consumed(8)
    assert.deepEqual(await alarms(pool), ['critical_threshold_violation normal'])
    assert.equal((await stored(pool)).length, 8)
    await act(pool, commissionSensor('recommissioned'))
    await sleep(TAKEN_OVER_MS)
    await send([at(begunMs + 106_000, 48, 9)], 0)
    await consumed(9)
    assert.ok((await alarms(pool)).includes('critical_threshold_violation unacknowledged open'))
    await second.close()
  })

  test('is not missed when it is silent', async (t) => {
    const { pool, send, consumer, consumed } = await bench(t)
    await consumer('consumer-001')
    await send([0, 1, 2, 3].map((second) => at(Date.now() - 8_000 + second * 1_000, 25, second + 1)), 0)
    await consumed(4)
    await eventually(async () => { assert.deepEqual(await alarms(pool), ['stale_signal unacknowledged open']) })
    await act(pool, commissionSensor('decommissioned'))
    await sleep(15_000)
    assert.deepEqual(await alarms(pool), ['stale_signal normal'])
    await act(pool, commissionSensor('recommissioned'))
    await eventually(async () => { assert.deepEqual(await alarms(pool), ['stale_signal normal', 'stale_signal unacknowledged open']) }, 40_000)
  })
})

describe('the alarms of the device before', { concurrency: 2 }, () => {
  test('that it is silent is raised anew when the new one never sends, once, also of one that was gone for long', async (t) => {
    const { pool, send, consumer, consumed } = await bench(t)
    const first = await consumer('consumer-001')
    await send([0, 1, 2, 3].flatMap((second) => [
      at(Date.now() - 8_000 + second * 1_000, 25, second + 1), at(Date.now() - 2 * 86_400_000 + second * 1_000, 25, second + 1, { sensor_id: 'temp-2' })]), 0)
    await consumed(8)
    await eventually(async () => { assert.deepEqual(await alarms(pool), ['stale_signal unacknowledged open']) })
    for (const id of ['temp-1', 'temp-2']) assert.equal((await act(pool, replaceSensor('SN-2', null), id)).outcome, 'done')
    const raised = ['stale_signal normal', 'stale_signal unacknowledged open', 'stale_signal unacknowledged open']
    await eventually(async () => { assert.deepEqual(await alarms(pool), raised) }, 40_000)
    await first.close()
    await consumer('consumer-002')
    await send([at(Date.now(), 25, 1, { sensor_id: 'temp-3' })], 0)
    await consumed(9)
    await sleep(4_000)
    assert.deepEqual(await alarms(pool), raised)
  })

  test('that its late readings raise is over with the first reading of the new one', async (t) => {
    const { pool, send, consumer, consumed } = await bench(t)
    await consumer('consumer-001')
    const begunMs = Date.now() - 60_000
    await send([at(begunMs, 34.9, 1)], 0)
    await consumed(1)
    await act(pool, replaceSensor('SN-2', null))
    await sleep(TAKEN_OVER_MS + 2_000)
    await send([at(begunMs + 1_000, 41, 2)], 0)
    await consumed(2)
    assert.deepEqual(await alarms(pool), ['critical_threshold_violation unacknowledged open'])
    await send([at(Date.now(), 39.9, 3)], 0)
    await consumed(3)
    assert.deepEqual(await alarms(pool), ['critical_threshold_violation returned_unacknowledged open'])
    const { rows } = await pool.query<{ description: string }>(`select description from alerts where transition = 'cleared'`)
    assert.match(rows[0]?.description ?? '', /^its device was replaced; it stood for /)
  })
})
