import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type {
  ConsumerHealth, Ledger, PartitionAssignment, ProducerHealth, RealTimeMetrics, RecentAlert, SystemStatus,
} from '../../src/contract/api.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { testDatabase } from '../harness/plant.ts'
import type { Owner } from '../harness/plant.ts'
import { openPool, startClient } from './monitoring-client.ts'
import type { MonitoringClient } from './monitoring-client.ts'

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

async function start(owner: Owner): Promise<{ api: MonitoringClient, db: Pool }> {
  const { databaseUrl } = await testDatabase(owner)
  const db = openPool(owner, databaseUrl)
  return { api: await startClient(owner, databaseUrl), db }
}

/** One log in use per partition, with one batch each. */
/** In one statement: a round of the poller in between would see logs whose batches come later than their own time. */
async function insertLogs(db: Pool): Promise<void> {
  await db.query(`
    with logs as (
      insert into partition_log (topic, topic_id, partition, first_offset, next_offset, stored, dead_lettered, duplicates, holes, claimed_by)
      select 'sensor-data', '00000000-0000-0000-0000-000000000001', p, 10, 110, 94, 3, 2, 1, 'consumer-00' || p + 1 from generate_series(0, 2) p
      returning log_key, claimed_by)
    insert into batch (log_key, first_offset, next_offset, consumer_id, committed_at)
    select log_key, 10, 60, claimed_by, now() - interval '20 minutes' from logs
    union all select log_key, 60, 110, claimed_by, now() - interval '5 minutes' from logs`)
}

describe('an empty database', () => {
  test('gives every path its shape', async (t) => {
    const { api } = await start(t)
    assert.deepEqual(await api.read('/api/system-status'), {
      status: { consumers: { active_count: 0, total_count: 0, last_activity: null }, producers: { active_count: 0, total_count: 0, last_activity: null } },
      rebalancing_events: [],
    })
    for (const path of ['/api/consumer-health', '/api/producer-health', '/api/recent-alerts']) assert.deepEqual(await api.read(path), [])
    assert.deepEqual(await api.read('/api/partition-assignment'), { assignments: [], partition_activity: {}, partitions: [] })
    assert.equal((await api.read<Ledger>('/api/ledger')).ok, true)
    assert.equal((await api.read<RealTimeMetrics>('/api/real-time-metrics')).series.readings_per_second.length, 120)
    assert.deepEqual(await api.read('/health'), { status: 'healthy' })
  })
})

describe('health', () => {
  test('of our consumers and producers, with what is written visible to the next call', async (t) => {
    const { api, db } = await start(t)
    await db.query(`insert into consumer_health (consumer_id, assigned_partitions, total_messages_processed, heartbeat_interval_ms, metadata)
      values ('consumer-001', '[1, 0]', 1234, 2000, '{"own_interval": true}')`)
    const [consumer] = await api.read<ConsumerHealth[]>('/api/consumer-health')
    assert.deepEqual({ ...consumer, last_heartbeat: '' }, {
      consumer_id: 'consumer-001', status: 'active', assigned_partitions: [0, 1], last_heartbeat: '', total_messages_processed: 1234,
      messages_processed_last_minute: 0, reported_status: 'active', heartbeat_interval_ms: 2000, readings_per_second: 0,
    })
    assert.match(consumer?.last_heartbeat ?? '', ISO)

    await db.query(`update consumer_health set total_messages_processed = 2345, last_heartbeat = now()`)
    assert.equal((await api.read<ConsumerHealth[]>('/api/consumer-health'))[0]?.total_messages_processed, 2345)

    await db.query(`insert into producer_health (producer_id, sensor_type, total_messages_sent, messages_sent_last_minute, heartbeat_interval_ms, metadata)
      values ('temp-sensor-001', 'temperature', 50, 20, 2000, '{"own_interval": true, "buffered": 2, "dropped": 1}')`)
    const [producer] = await api.read<ProducerHealth[]>('/api/producer-health')
    assert.deepEqual({ ...producer, last_heartbeat: '', readings_per_second: 0 }, {
      producer_id: 'temp-sensor-001', sensor_type: 'temperature', status: 'active', last_heartbeat: '', total_messages_sent: 50,
      messages_sent_last_minute: 20, reported_status: 'active', heartbeat_interval_ms: 2000, readings_per_second: 0, buffered: 2, dropped: 1,
    })
    const { status } = await api.read<SystemStatus>('/api/system-status')
    assert.deepEqual([status.consumers.active_count, status.producers.total_count], [1, 1])
    assert.equal(status.producers.last_activity, producer?.last_heartbeat)
  })

  test('of programs that write the rows as the old ones do', async (t) => {
    const { api, db } = await start(t)
    // Minimal columns, everything else by default; an upsert per heartbeat; partitions as texts.
    const beat = `insert into producer_health (producer_id, sensor_type, status, last_heartbeat, messages_sent_last_minute, total_messages_sent)
      values ('old-producer', 'energy', 'active', now() + $1::interval, 6, 100)
      on conflict (producer_id) do update set status = excluded.status, last_heartbeat = excluded.last_heartbeat, updated_at = now()`
    await db.query(beat, ['-20 s'])
    await db.query(beat, ['-10 s'])
    await db.query(`insert into consumer_health (consumer_id, status, assigned_partitions) values ('old-consumer', 'error', '["0", "2"]')`)
    const [producer] = await api.read<ProducerHealth[]>('/api/producer-health')
    assert.deepEqual([producer?.status, producer?.buffered], ['active', null])
    assert.ok(Math.abs((producer?.heartbeat_interval_ms ?? 0) - 10_000) < 1_000, `${producer?.heartbeat_interval_ms}`)
    const [consumer] = await api.read<ConsumerHealth[]>('/api/consumer-health')
    assert.deepEqual([consumer?.status, consumer?.reported_status, consumer?.assigned_partitions], ['active', 'error', [0, 2]])
    assert.deepEqual((await api.read<RealTimeMetrics>('/api/real-time-metrics')).producer_throughput, [{ component_id: 'old-producer', value: 6 }])
  })

  test('follows the rhythm of each heart, by the clock of the database', async (t) => {
    const { api, db } = await start(t)
    // [id, age in s, interval in ms, what it says of itself, whether it lives]
    const timeline: readonly (readonly [string, number, number | null, string, boolean])[] = [
      ['2s-5s-ago', 5, 2_000, 'active', true], ['2s-7s-ago', 7, 2_000, 'active', false], ['10s-25s-ago', 25, 10_000, 'active', true],
      ['10s-31s-ago', 31, 10_000, 'active', false], ['unknown-25s-ago', 25, null, 'active', true], ['unknown-31s-ago', 31, null, 'active', false],
      ['stopped', 0, 2_000, 'inactive', false], ['ahead', -600, 2_000, 'active', true], ['week', 6 * 86_400, 2_000, 'active', false],
      ['forgotten', 8 * 86_400, 2_000, 'active', false],
    ]
    for (const [id, ageS, intervalMs, status] of timeline) {
      await db.query(`insert into producer_health (producer_id, status, last_heartbeat, heartbeat_interval_ms) values ($1, $2, now() - make_interval(secs => $3), $4)`,
        [id, status, ageS, intervalMs])
    }
    const producers = await api.read<ProducerHealth[]>('/api/producer-health')
    const wanted = timeline.filter(([id]) => id !== 'forgotten').map(([id, , , , lives]) => [id, lives ? 'active' : 'inactive'])
    assert.deepEqual(new Map(producers.map((producer) => [producer.producer_id, producer.status])), new Map(wanted as [string, 'active'][]))
    assert.equal((await api.read<SystemStatus>('/api/system-status')).status.producers.total_count, timeline.length - 1)
  })

  test('is not kept alive by a clock that runs ahead', async (t) => {
    const { api, db } = await start(t)
    await db.query(`insert into consumer_health (consumer_id, last_heartbeat, updated_at, heartbeat_interval_ms) values ('ahead', now() + interval '1 hour', now() - interval '1 minute', 2000)`)
    assert.equal((await api.read<ConsumerHealth[]>('/api/consumer-health'))[0]?.status, 'inactive')
  })

  test('survives rows that no program should write', async (t) => {
    const { api, db } = await start(t)
    await db.query(`insert into consumer_health (consumer_id, last_heartbeat, assigned_partitions, total_messages_processed)
      values ('infinite', 'infinity', '[0]', 1), ('huge', now(), '{"a": [1]}', 9223372036854775807), ('negative', now(), 'null', -5)`)
    const consumers = await api.read<ConsumerHealth[]>('/api/consumer-health')
    assert.deepEqual(consumers.map((consumer) => [consumer.consumer_id, consumer.total_messages_processed, consumer.assigned_partitions]), [
      ['huge', Number.MAX_SAFE_INTEGER, []], ['negative', 0, []],
    ])
  })
})

describe('partitions', () => {
  test('have an owner, an offset and the readings of ten minutes', async (t) => {
    const { api, db } = await start(t)
    await insertLogs(db)
    await db.query(`insert into consumer_health (consumer_id, assigned_partitions, heartbeat_interval_ms, last_heartbeat)
      values ('consumer-001', '[0]', 2000, now()), ('consumer-002', '[1, 2]', 2000, now()), ('consumer-003', '[2]', 2000, now() - interval '1 minute')`)
    const { assignments, partition_activity: activity, partitions } = await api.read<PartitionAssignment>('/api/partition-assignment')
    assert.deepEqual(assignments.map((each) => [each.consumer_id, each.status, each.assigned_partitions]), [
      ['consumer-001', 'active', [0]], ['consumer-002', 'active', [1, 2]], ['consumer-003', 'inactive', []],
    ])
    assert.deepEqual(activity, { 0: 50, 1: 50, 2: 50 })
    assert.deepEqual(partitions.map((each) => [each.partition, each.owner, each.next_offset, each.lag]), [
      [0, 'consumer-001', 110, null], [1, 'consumer-002', 110, null], [2, 'consumer-002', 110, null],
    ])
  })

  test('and consumers are counted on while the service runs', async (t) => {
    const { api, db } = await start(t)
    await insertLogs(db)
    await db.query(`insert into consumer_health (consumer_id, created_at) values ('consumer-001', now() - interval '1 day'), ('consumer-002', now() - interval '5 minutes')`)
    const before = await api.read<RealTimeMetrics>('/api/real-time-metrics')
    assert.deepEqual(before.partition_activity, { 0: 50, 1: 50, 2: 50 })
    assert.equal(before.readings_per_second, 0)
    await db.query(`with batches as (insert into batch (log_key, first_offset, next_offset, consumer_id)
        select log_key, next_offset, next_offset + 10, claimed_by from partition_log where partition < 2)
      update partition_log set next_offset = next_offset + 10, stored = stored + 10 where partition < 2`)
    const after = await api.read<RealTimeMetrics>('/api/real-time-metrics')
    assert.deepEqual(after.partition_activity, { 0: 60, 1: 60, 2: 50 })
    assert.ok(after.readings_per_second >= 1.8 && after.readings_per_second <= 2, `${after.readings_per_second}`)
    const [first, second] = after.consumer_throughput
    assert.deepEqual([first, second?.component_id], [{ component_id: 'consumer-001', value: 6 }, 'consumer-002'])
    // 60 since it is there: 5 minutes, and the time that this test has taken.
    assert.ok(second !== undefined && second.value > 11.8 && second.value <= 12, `${second?.value}`)
    assert.equal(after.series.readings_per_second.reduce((sum, value) => sum + value * after.series.step_s, 0) >= 150, true)
    assert.match(after.timestamp, ISO)
  })
})

describe('alerts and rebalances', () => {
  test('are the newest 50 of two hours, newest first', async (t) => {
    const { api, db } = await start(t)
    await db.query(`insert into alerts (alert_id, sensor_id, sensor_type, anomaly_type, severity, sensor_value, sensor_unit, sensor_alert_level, description,
        location, detected_by, timestamp_utc, episode_id, transition)
      select gen_random_uuid(), 'sensor-' || i, 'temperature', 'critical_threshold_violation', 'high', case i when 3 then 'NaN' else 42.5 end, '°C', 'critical',
        'value 42.5', '{}'::jsonb, 'consumer-001', now() - make_interval(mins => i), gen_random_uuid(), 'raised' from generate_series(1, 40) i
      union all select gen_random_uuid(), 'past-' || i, 'energy', 'rapid_value_change', 'medium', 1, 'kW', 'normal', '', '{}'::jsonb, 'old', now() - make_interval(mins => 115 + i), null, null
      from generate_series(1, 20) i`)
    const alerts = await api.read<RecentAlert[]>('/api/recent-alerts')
    assert.deepEqual(alerts.map((alert) => alert.sensor_id), [...Array.from({ length: 40 }, (_, index) => `sensor-${index + 1}`), ...Array.from({ length: 4 }, (_, index) => `past-${index + 1}`)])
    assert.deepEqual(alerts.slice(0, 3).map((alert) => alert.sensor_value), [42.5, 42.5, null])
    assert.match(alerts[0]?.timestamp ?? '', ISO)
    assert.deepEqual([alerts[0]?.transition, alerts[43]?.transition, alerts[43]?.status], ['raised', null, 'active'])
    await db.query(`update alerts set timestamp_utc = now()`)
    assert.equal((await api.read<RecentAlert[]>('/api/recent-alerts')).length, 50)
  })

  test('that consumers and old programs wrote are in the status, newest first', async (t) => {
    const { api, db } = await start(t)
    await db.query(`insert into rebalancing_events (event_type, consumer_id, partition_number, topic_name, timestamp_utc)
      select 'partition_assigned', 'consumer-' || i, i % 3, 'sensor-data', now() - make_interval(secs => i) from generate_series(1, 60) i`)
    await db.query(`insert into rebalancing_events (event_type, consumer_id) values ('rebalance_start', 'old-consumer')`)
    const { rebalancing_events: events } = await api.read<SystemStatus>('/api/system-status')
    assert.equal(events.length, 20)
    assert.deepEqual(events.slice(0, 2).map((event) => [event.event_type, event.consumer_id, event.partition_number]), [
      ['rebalance_start', 'old-consumer', null], ['partition_assigned', 'consumer-1', 1],
    ])
    assert.match(events[0]?.timestamp ?? '', ISO)
  })
})

describe('the ledger', () => {
  test('accounts for every offset, and says what is wrong', async (t) => {
    const { api, db } = await start(t)
    await insertLogs(db)
    const good = await api.read<Ledger>('/api/ledger')
    assert.deepEqual([good.ok, good.verdict, good.logs.length], [true, 'every reading accounted for', 3])
    assert.deepEqual(good.logs.map((log) => [log.partition, log.consumed, log.balance]), [[0, 100, 0], [1, 100, 0], [2, 100, 0]])
    assert.deepEqual([good.totals.consumed, good.totals.stored, good.totals.dead_lettered], [300, 282, 9])

    await db.query(`update partition_log set next_offset = 120 where partition = 0`)
    await db.query(`insert into log_gap (log_key, first_offset, last_offset, reason, detail) select log_key, 0, null, 'topic_replaced', 'the topic was made again'
      from partition_log where partition = 1`)
    const bad = await api.read<Ledger>('/api/ledger')
    assert.equal(bad.ok, false)
    assert.deepEqual(bad.reasons, ['sensor-data/0: 10 consumed offsets are not accounted for', 'sensor-data/1: from offset 0 on: the topic was made again'])
    assert.equal(bad.logs[1]?.gaps[0]?.last_offset, null)
  })

  test('names the readings that never arrived, of each sensor and epoch', async (t) => {
    const { api, db } = await start(t)
    await db.query(`insert into sensors (sensor_id, sensor_type, location) values ('a', 'energy', '{}'), ('b', 'energy', '{}'), ('c', 'energy', '{}'), ('d', 'energy', '{}')`)
    await db.query(`
      insert into producer_epoch (sensor_key, producer_epoch, first_sequence, next_sequence, missing, abandoned, received, duplicates, filled_late, first_seen)
      select sensor_key, epoch, 0, 100, missing::int8multirange, abandoned, received, 2, 1, now() + make_interval(secs => nth) from sensors, (values
        ('a', 'first', '{}', 0, 100, 1), ('b', 'second', '{[5,9),[20,21)}', 0, 95, 2), ('b', 'first', '{[70,71)}', 0, 99, 1), ('c', 'first', '{[3,4)}', 3, 96, 1)
      ) as epochs (id, epoch, missing, abandoned, received, nth) where id = sensor_id`)
    const ledger = await api.read<Ledger>('/api/ledger')
    assert.deepEqual(ledger.sensors.map((sensor) => [sensor.sensor_id, sensor.received, sensor.duplicates, sensor.filled_late, sensor.missing]), [
      ['b', 194, 4, 2, 6], ['c', 96, 2, 1, 4], ['a', 100, 2, 1, 0],
    ])
    assert.deepEqual(ledger.sensors[0]?.missing_ranges, [
      { producer_epoch: 'first', first_sequence: 70, last_sequence: 70 }, { producer_epoch: 'second', first_sequence: 5, last_sequence: 8 },
      { producer_epoch: 'second', first_sequence: 20, last_sequence: 20 },
    ])
    assert.deepEqual([ledger.totals.missing, ledger.totals.sensors_missing, ledger.totals.sensors, ledger.totals.received], [10, 2, 3, 390])
    assert.equal(ledger.verdict, 'b: 6 readings never reached Kafka (numbers 70 and others); c: 4 readings never reached Kafka (number 3)')

    await db.query(`update producer_epoch set received = received - 1 where missing = '{}'`)
    assert.ok((await api.read<Ledger>('/api/ledger')).reasons.includes('1 numbered readings are neither received nor known as missing'))
  })

  test('lists the worst hundred of many sensors, twenty ranges each, with exact totals', async (t) => {
    const { api, db } = await start(t)
    await db.query(`insert into sensors (sensor_id, sensor_type, location) select 's' || i, 'energy', '{}' from generate_series(1, 500) i`)
    await db.query(`
      with epochs as (select sensor_key, case when sensor_key % 2 = 1 then '{}'::int8multirange else (
          select range_agg(int8range(i * 3, i * 3 + 1)) from generate_series(1, 20 + sensor_key % 10) i) end as missing from sensors)
      insert into producer_epoch (sensor_key, producer_epoch, first_sequence, next_sequence, missing, received)
      select sensor_key, 'e', 0, 1000, missing, 1000 - (select count(*) from unnest(missing)) from epochs`)
    const { rows } = await db.query<{ missing: number }>(`select sum(upper(hole) - lower(hole))::bigint as missing from producer_epoch, unnest(missing) as hole`)
    const ledger = await api.read<Ledger>('/api/ledger')
    assert.equal(ledger.sensors.length, 100)
    assert.ok(ledger.sensors.every((sensor) => sensor.missing >= 26 && sensor.missing_ranges.length === 20))
    assert.deepEqual([ledger.totals.missing, ledger.totals.sensors_missing, ledger.totals.sensors], [rows[0]?.missing, 250, 500])
  })

  test('counts what waits to be published', async (t) => {
    const { api, db } = await start(t)
    await insertLogs(db)
    await db.query(`insert into alerts (alert_id, sensor_id, sensor_type, anomaly_type, severity, sensor_value, sensor_unit, sensor_alert_level, description,
        location, detected_by, timestamp_utc, log_key, kafka_offset)
      select gen_random_uuid(), 's', 't', 'x', 'low', 1, 'C', 'normal', '', '{}', 'c', now(), log_key, o from partition_log, generate_series(10, 19) o where partition = 0`)
    await db.query(`insert into outbox_position (log_key, kind, next_offset) select log_key, 'alert', 17 from partition_log where partition = 0`)
    await db.query(`insert into dead_letter (log_key, kafka_offset, reason, detail, detected_by) select log_key, 5, 'not_json', '', 'c' from partition_log where partition = 1`)
    const { ok, logs } = await api.read<Ledger>('/api/ledger')
    assert.deepEqual([ok, logs.map((log) => [log.alerts_pending, log.dead_letters_pending])], [true, [[3, 0], [0, 1], [0, 0]]])
  })
})

test('however many ask, the database is read five times a second', async (t) => {
  const { api, db } = await start(t)
  await api.read('/health')
  // The server counts a transaction a second after it, at the latest.
  const transactions = async (): Promise<number> => {
    await sleep(1_200)
    const { rows } = await db.query<{ count: number }>('select xact_commit as count from pg_stat_database where datname = current_database()')
    return rows[0]?.count ?? 0
  }
  const before = await transactions()
  const begunMs = performance.now()
  let calls = 0
  const tookMs: number[] = []
  const paths = ['/api/consumer-health', '/api/system-status', '/api/ledger', '/health']
  await Promise.all(Array.from({ length: 40 }, async (_, index) => {
    while (performance.now() - begunMs < 3_000) {
      const answer = await api.get(paths[index % paths.length] as string)
      assert.equal(answer.status, 200)
      calls++
      tookMs.push(answer.tookMs)
    }
  }))
  const read = await transactions() - before
  const elapsedS = (performance.now() - begunMs) / 1000
  assert.ok(calls > 200, `${calls} calls`)
  // Some are the test's own.
  assert.ok(read <= elapsedS * 5 + 10, `${read} transactions in ${elapsedS} s`)
  assert.ok(Math.max(...tookMs) < 2_000, `${Math.max(...tookMs)} ms`)
})
