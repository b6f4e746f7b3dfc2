import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Compile } from 'typebox/schema'
import type { StreamData, StreamSection } from '../../src/contract/stream.ts'
import { STREAM_SECTIONS, streamHeartbeatSchema, streamSchemas } from '../../src/contract/stream.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { testDatabase } from '../harness/plant.ts'
import type { Owner } from '../harness/plant.ts'
import { openPool, startClient } from './monitoring-client.ts'
import type { MonitoringClient, StreamEvent } from './monitoring-client.ts'

async function start(owner: Owner): Promise<{ api: MonitoringClient, db: Pool, events: StreamEvent[] }> {
  const { databaseUrl } = await testDatabase(owner)
  const db = openPool(owner, databaseUrl)
  const api = await startClient(owner, databaseUrl)
  const { events } = await api.listen()
  await until(() => STREAM_SECTIONS.every((section) => events.some(({ event }) => event === section)), events)
  return { api, db, events }
}

async function until(condition: () => boolean, events: readonly StreamEvent[], timeoutMs = 5_000): Promise<void> {
  const begunMs = performance.now()
  while (!condition()) {
    assert.ok(performance.now() - begunMs < timeoutMs, `nothing in ${timeoutMs} ms; the last events are ${events.slice(-5).map(({ event }) => event).join(', ')}`)
    await sleep(2)
  }
}

/** Makes a change, and tells how long it took until an event of the section showed it. */
async function latencyMs<S extends StreamSection>(events: StreamEvent[], section: S, change: () => Promise<unknown>, shows: (data: StreamData[S]) => boolean): Promise<number> {
  const from = events.length
  await change()
  const begunMs = performance.now()
  const find = (): StreamEvent | undefined => events.slice(from).find(({ event, data }) => event === section && shows(data as StreamData[S]))
  await until(() => find() !== undefined, events)
  return (find() as StreamEvent).atMs - begunMs
}

const CHANGE_MS = 1_000

describe('a listener', () => {
  test('gets every section at once, as its schema says', async (t) => {
    const { events } = await start(t)
    await until(() => events.some(({ event }) => event === 'heartbeat'), events)
    for (const { event, data } of events) {
      const [matches, errors] = Compile(event === 'heartbeat' ? streamHeartbeatSchema : streamSchemas[event as StreamSection]).Errors(data)
      assert.ok(matches, `${event}: ${JSON.stringify(errors)}`)
    }
    assert.equal((events[0] as { data: StreamData['health'] }).data.status, 'healthy')
  })

  test('sees a new consumer, its death, a reading, an alert, a rebalance and a loss within a second of the change', async (t) => {
    const { db, events } = await start(t)
    const seen: Record<string, number> = {}
    await db.query(`insert into partition_log (topic, topic_id, partition, first_offset, next_offset) values ('sensor-data', gen_random_uuid(), 0, 0, 0)`)
    seen['consumer'] = await latencyMs(events, 'consumers', () => db.query(`insert into consumer_health (consumer_id, assigned_partitions, heartbeat_interval_ms) values ('c1', '[0]', 2000)`),
      (consumers) => consumers[0]?.status === 'active')
    seen['owner'] = await latencyMs(events, 'partitions', () => db.query(`update consumer_health set assigned_partitions = '[]'`), ({ partitions }) => partitions[0]?.owner === null)
    seen['death'] = await latencyMs(events, 'status', () => db.query(`update consumer_health set status = 'inactive'`), ({ status }) => status.consumers.active_count === 0)
    seen['producer'] = await latencyMs(events, 'producers', () => db.query(`insert into producer_health (producer_id) values ('p1')`), (producers) => producers.length === 1)
    seen['reading'] = await latencyMs(events, 'partitions', () => db.query(`with batches as (insert into batch (log_key, first_offset, next_offset, consumer_id)
        select log_key, 0, 7, 'c1' from partition_log) update partition_log set next_offset = 7, stored = 7`),
    ({ partitions, partition_activity: activity }) => partitions[0]?.next_offset === 7 && activity['0'] === 7)
    seen['alert'] = await latencyMs(events, 'alerts', () => db.query(`insert into alerts (alert_id, sensor_id, sensor_type, anomaly_type, severity, sensor_value, sensor_unit,
        sensor_alert_level, description, location, detected_by, timestamp_utc)
      values (gen_random_uuid(), 's', 't', 'x', 'low', 1, 'C', 'normal', '', '{}', 'c1', now())`), (alerts) => alerts.length === 1)
    seen['rebalance'] = await latencyMs(events, 'rebalances', () => db.query(`insert into rebalancing_events (event_type, consumer_id) values ('rebalance_start', 'c1')`),
      (rebalances) => rebalances.length === 1)
    seen['loss'] = await latencyMs(events, 'ledger', () => db.query(`update partition_log set next_offset = 8`), ({ ok }) => !ok)
    seen['metrics'] = await latencyMs(events, 'metrics', () => db.query(`insert into consumer_health (consumer_id) values ('c2')`), (metrics) => metrics.consumer_throughput.length === 2)
    t.diagnostic(`change to event, ms: ${Object.entries(seen).map(([what, ms]) => `${what} ${Math.round(ms)}`).join(', ')}`)
    for (const [what, ms] of Object.entries(seen)) assert.ok(ms < CHANGE_MS, `${what}: ${ms} ms`)
  })

  test('hears nothing of a section that did not change', async (t) => {
    const { events } = await start(t)
    await sleep(1_000)
    const from = events.length
    await sleep(2_000)
    const heard = new Set(events.slice(from).map(({ event }) => event))
    for (const section of ['status', 'consumers', 'producers', 'partitions', 'alerts', 'rebalances', 'ledger'] as const) assert.ok(!heard.has(section), section)
    assert.ok(heard.has('metrics'))
  })

  test('that comes later gets the same state', async (t) => {
    const { api, db, events } = await start(t)
    await latencyMs(events, 'producers', () => db.query(`insert into producer_health (producer_id) values ('p1')`), (producers) => producers.length === 1)
    const later = await api.listen()
    await until(() => STREAM_SECTIONS.every((section) => later.events.some(({ event }) => event === section)), later.events)
    assert.deepEqual(later.events.findLast(({ event }) => event === 'producers')?.data, events.findLast(({ event }) => event === 'producers')?.data)
  })
})
