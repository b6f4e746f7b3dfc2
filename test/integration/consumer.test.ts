import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { recordsOf } from '../../src/kafka/log-chunk.ts'
import { MAX_MESSAGE_BYTES } from '../../src/contract/topics.ts'
import { createBinaryCopy } from '../../src/postgres/binary-copy.ts'
import { readPendingAlerts } from '../../src/postgres/outbox.ts'
import { FencedError, reserveBatchIds, writeBatch } from '../../src/postgres/write-batch.ts'
import type { WriteBatch } from '../../src/postgres/write-batch.ts'
import type { TestPlant } from '../harness/plant.ts'
import { bench, eventually, reading } from './consumer-bench.ts'

test('a reading is stored as it was sent, with where it came from', async (t) => {
  const { pool, send, consumer, consumed } = await bench(t)
  await consumer('consumer-001')
  await send([reading(1, { value: 42.48, alert_level: 'critical', quality: 0.95, timestamp: '2026-09-16T21:41:41.011144Z' })], 1)
  await consumed(1)
  const { rows } = await pool.query<Record<string, unknown>>(`select *, timestamp_utc::text as time_text from sensor_readings`)
  const { processing_timestamp: _, timestamp_utc: __, ...row } = rows[0] ?? {}
  assert.deepEqual(row, {
    sensor_id: 'temp-1', sensor_type: 'temperature', reading_value: 42.48, unit: '°C', alert_level: 'critical', quality: 0.95,
    location: { factory_section: 'production', machine_id: 'machine-001', zone: 'zone-a' },
    metadata: { reading_count: 1, warning_threshold: 35, critical_threshold: 40, producer_epoch: 'e1', sequence: 1 },
    processed_by_consumer: 'consumer-001', kafka_partition: 1, kafka_offset: 0, time_text: '2026-09-16 21:41:41.011144+00',
  })
})

test('a reading of an old program, without key, metadata, quality or level, is stored, and its level is found', async (t) => {
  const { pool, send, consumer, consumed } = await bench(t)
  await consumer('consumer-001')
  const { metadata: _, quality: __, alert_level: ___, ...old } = reading(1)
  await send([{ ...old, value: 36 }, { ...old, value: 36 }, { ...old, value: 41 }, { ...old, value: 20 }])
  await consumed(4)
  const { rows } = await pool.query(`select alert_level, quality, metadata from sensor_readings order by reading_value desc, kafka_partition`)
  assert.deepEqual(rows, ['critical', 'warning', 'warning', 'normal'].map((level) => ({ alert_level: level, quality: null, metadata: {} })))
})

test('the sensor\'s own limits go before the environment\'s, those before the reading\'s', async (t) => {
  const { pool, send, consumer, consumed } = await bench(t)
  await consumer('consumer-001', { TEMPERATURE_WARNING_THRESHOLD: '30', TEMPERATURE_CRITICAL_THRESHOLD: '50' })
  await pool.query(`insert into sensors (sensor_id, sensor_type, location, warning_threshold, critical_threshold) values ('own', 'temperature', '{}', 10, 20)`)
  await send([reading(1, { value: 31, alert_level: null }), reading(1, { sensor_id: 'own', value: 21, alert_level: null })], 0)
  await consumed(2)
  const { rows } = await pool.query(`select sensor_id, alert_level from sensor_readings order by sensor_id`)
  assert.deepEqual(rows, [{ sensor_id: 'own', alert_level: 'critical' }, { sensor_id: 'temp-1', alert_level: 'warning' }])
})

test('numbered readings: the second of a number is absorbed, a missing one is named, a late one fills its gap', async (t) => {
  const { pool, send, consumer, consumed } = await bench(t)
  await consumer('consumer-001')
  await send([1, 2, 2, 5, 4, 9, 1].map((sequence) => reading(sequence)), 0)
  await consumed(7)
  const epoch = async (): Promise<unknown> => (await pool.query(
    `select first_sequence, next_sequence, missing::text, received, duplicates, filled_late from producer_epoch`)).rows
  assert.deepEqual(await epoch(), [
    { first_sequence: 1, next_sequence: 10, missing: '{[3,4),[6,9)}', received: 5, duplicates: 2, filled_late: 1 }])
  // A number that came through one partition is known in every other.
  await send([reading(3), reading(9), reading(10)], 1)
  await consumed(10)
  assert.deepEqual(await epoch(), [
    { first_sequence: 1, next_sequence: 11, missing: '{[6,9)}', received: 7, duplicates: 3, filled_late: 2 }])
  const { rows } = await pool.query(`select stored, duplicates, next_offset - first_offset as consumed from partition_log order by partition`)
  assert.deepEqual(rows, [
    { stored: 5, duplicates: 2, consumed: 7 }, { stored: 2, duplicates: 1, consumed: 3 }, { stored: 0, duplicates: 0, consumed: 0 }])
})

test('what is no reading goes to the dead letters with its bytes and the reason, and the rest is stored', async (t) => {
  const { plant, pool, send, consumer, consumed } = await bench(t)
  await consumer('consumer-001')
  const broken = Buffer.from([0xff, 0xfe, 0x7b])
  await send([reading(1), broken, '{"no json', reading(2, { value: 'hot' }), JSON.stringify(reading(3)).replace('temp-1', 'temp\\u0000'), reading(4)], 0)
  await consumed(6)
  const { rows } = await pool.query(`select kafka_offset, reason, message_value from dead_letter order by kafka_offset`)
  assert.deepEqual(rows.map((row) => [row.kafka_offset, row.reason]), [[1, 'not_utf8'], [2, 'not_json'], [3, 'wrong_type'], [4, 'nul_character']])
  assert.deepEqual(rows[0].message_value, broken)
  await eventually(async () => {
    const { rows: outbox } = await pool.query(`select sum(published)::int as published from outbox_position where kind = 'dead_letter'`)
    assert.equal(outbox[0].published, 4)
  })
  const letters = await readTopic(plant, plant.topics.deadLetter, [4])
  assert.deepEqual(letters[0]?.value, broken)
  const headers = Object.fromEntries(letters[0]?.headers.map(([name, value]) => [String(name), String(value)]) ?? [])
  assert.equal(headers['reason'], 'not_utf8')
  assert.equal(headers['topic'], plant.topics.sensor)
  assert.equal(headers['partition'], '0')
  assert.equal(headers['offset'], '1')
  assert.match(headers['time'] ?? '', /^\d{4}-.*Z$/)
})

test('messages at the limit of the topic are stored or kept whole', async (t) => {
  const { plant, pool, send, consumer, consumed } = await bench(t)
  await consumer('consumer-001')
  // Less the record's own head.
  const padding = 'x'.repeat(MAX_MESSAGE_BYTES - 2_000)
  await send([reading(1, { note: padding })], 0)
  await send([`{"no reading": "${padding}"}`], 0)
  await send([reading(2)], 0)
  await consumed(3)
  const { rows } = await pool.query(`select stored, dead_lettered from partition_log where partition = 0`)
  assert.deepEqual(rows, [{ stored: 2, dead_lettered: 1 }])
  const [letter] = await readTopic(plant, plant.topics.deadLetter, [1])
  assert.equal(letter?.value?.length, padding.length + 18)
})

test('thousands of sensors that are new in one batch, each at another place with every reading', async (t) => {
  const { pool, send, consumer, consumed } = await bench(t)
  await consumer('consumer-001')
  const place = (machine: number): unknown => ({ factory_section: 'production', machine_id: `machine-${machine}`, zone: 'zone-a' })
  for (const round of [1, 2]) {
    await send(Array.from({ length: 2_000 }, (_, index) => reading(round, { sensor_id: `temp-${index}`, location: place(2 * index + round) })))
  }
  await consumed(4_000)
  const { rows } = await pool.query(`select count(*)::int as readings, count(distinct sensor_id)::int as sensors, count(distinct location)::int as places from sensor_readings`)
  assert.deepEqual(rows, [{ readings: 4_000, sensors: 2_000, places: 4_000 }])
})

test('a row that PostgreSQL refuses is found and dead-lettered alone', async (t) => {
  const { pool, send, consumer, consumed } = await bench(t)
  await pool.query(`create function refuse() returns trigger language plpgsql as $$
    begin if new.value = 13 then raise exception 'no thirteen' using errcode = '22023'; end if; return new; end $$`)
  await pool.query(`create trigger refuse before insert on reading for each row execute function refuse()`)
  await send(Array.from({ length: 500 }, (_, index) => reading(index + 1, { value: index === 123 || index === 124 ? 13 : 25 })), 0)
  await consumer('consumer-001')
  await consumed(500)
  const { rows } = await pool.query(`select kafka_offset, reason, detail from dead_letter order by kafka_offset`)
  assert.deepEqual(rows, [123, 124].map((offset) => ({ kafka_offset: offset, reason: 'refused_by_database', detail: 'no thirteen' })))
  const { rows: counts } = await pool.query('select count(*)::int as stored, count(distinct sequence)::int as distinct from reading')
  assert.deepEqual(counts, [{ stored: 498, distinct: 498 }])
})

test('alerts are stored and published once each, with the same id', async (t) => {
  const { plant, pool, send, consumer, consumed } = await bench(t)
  const started = await consumer('consumer-001')
  const beginMs = Date.now() - 600_000
  const timeline = [[0, 25], [1, 36], [2, 37], [3, 42], [4, 42], [5, 25], [70, 25], [375, 25]] as const
  await send(timeline.map(([second, value], index) => reading(index + 1, {
    value, timestamp: new Date(beginMs + second * 1_000).toISOString(), alert_level: value >= 40 ? 'critical' : value >= 35 ? 'warning' : 'normal',
  })), 2)
  await consumed(timeline.length)
  const { rows } = await pool.query<{ anomaly_type: string, severity: string, kafka_offset: number, transition: string, alert_id: string, episode_id: string }>(
    `select * from alerts order by kafka_offset, anomaly_type`)
  assert.deepEqual(rows.map((row) => [row.kafka_offset, row.anomaly_type, row.severity, row.transition]), [
    [1, 'rapid_value_change', 'medium', 'raised'],
    [3, 'consecutive_high_alerts', 'high', 'raised'], [3, 'critical_threshold_violation', 'high', 'raised'],
    [6, 'consecutive_high_alerts', 'high', 'cleared'], [6, 'critical_threshold_violation', 'high', 'cleared'],
    [7, 'rapid_value_change', 'medium', 'cleared'],
  ])
  assert.equal(rows[1]?.episode_id, rows[3]?.episode_id)
  assert.equal(rows[1]?.episode_id, rows[1]?.alert_id)
  const { rows: alarms } = await pool.query(
    `select rule, state, readings, peak_value, description, extract(epoch from cleared_at - raised_at)::int as lasted from alarm order by rule`)
  assert.deepEqual(alarms, [
    { rule: 'consecutive_high_alerts', state: 'returned_unacknowledged', readings: 2, peak_value: 42, lasted: 67, description: '3 readings or more in a row at warning or above, now 42 °C' },
    { rule: 'critical_threshold_violation', state: 'returned_unacknowledged', readings: 2, peak_value: 42, lasted: 67, description: '42 °C, critical from 40 °C' },
    { rule: 'rapid_value_change', state: 'returned_unacknowledged', readings: 2, peak_value: 36, lasted: 374, description: 'rose by 11 °C in one reading, to 36 °C' },
  ])
  await eventually(async () => {
    const { rows: outbox } = await pool.query(`select sum(published)::int as published from outbox_position where kind = 'alert'`)
    assert.equal(outbox[0].published, 6)
  })
  const messages = (await readTopic(plant, plant.topics.alerts, [6])).map((message) => JSON.parse(String(message.value)) as Record<string, unknown>)
  // In the order of the log; those of one reading have no order among them.
  const offsetOf = new Map<unknown, number>(rows.map((row) => [row.alert_id, row.kafka_offset]))
  assert.deepEqual(messages.map((message) => offsetOf.get(message['alert_id'])), rows.map((row) => row.kafka_offset))
  assert.equal(new Set(messages.map((message) => message['alert_id'])).size, rows.length)
  assert.deepEqual(Object.keys(messages[0] ?? {}).toSorted(), [
    'alert_id', 'anomaly_type', 'description', 'detected_by', 'episode_id', 'location', 'sensor_alert_level', 'sensor_id', 'sensor_type',
    'sensor_unit', 'sensor_value', 'severity', 'timestamp', 'transition'])

  await started.close()
  const { rows: logs } = await pool.query<{ log_key: number }>(`update outbox_position set next_offset = 0 where kind = 'alert' and published = 6 returning log_key`)
  const pending = await readPendingAlerts(pool, logs[0]?.log_key ?? 0, 2)
  assert.deepEqual(pending.map((alert) => alert.offset), [1, 3, 3], 'all of an offset, though the limit is between them')
})

test('a clean handover: the other goes on where the last commit ended, and the rules know what was before', async (t) => {
  const { pool, send, consumer, consumed } = await bench(t)
  const first = await consumer('consumer-001')
  await send([36, 37].map((value, index) => reading(index + 1, { value, alert_level: 'warning' })), 0)
  await consumed(2)
  await first.close()
  await consumer('consumer-002')
  await send([reading(3, { value: 38, alert_level: 'warning' })], 0)
  await consumed(3)
  const { rows } = await pool.query(`select detected_by, anomaly_type from alerts`)
  assert.deepEqual(rows, [{ detected_by: 'consumer-002', anomaly_type: 'consecutive_high_alerts' }])
  const { rows: events } = await pool.query<{ event: string }>(
    `select consumer_id || ' ' || event_type || ' ' || coalesce(partition_number::text, '') as event from rebalancing_events order by event_id`)
  const told = events.map((row) => row.event.trim())
  for (const event of ['consumer-001 partition_assigned 0', 'consumer-001 partition_revoked 0', 'consumer-002 partition_assigned 0']) assert.ok(told.includes(event), event)
  const { rows: health } = await pool.query(`select consumer_id, status, assigned_partitions, total_messages_processed as total from consumer_health order by 1`)
  assert.deepEqual(health[0], { consumer_id: 'consumer-001', status: 'inactive', assigned_partitions: [], total: 2 })
  assert.deepEqual([health[1]?.status, health[1]?.assigned_partitions], ['active', [0, 1, 2]])
})

test('a late writer is fenced, whatever it has to say of alarms, and writes nothing', async (t) => {
  const { pool, send, consumer, consumed } = await bench(t)
  await consumer('consumer-001')
  await send([reading(1, { value: 42, alert_level: 'critical' })], 0)
  await consumed(1)
  const { rows } = await pool.query<{ log_key: number }>('select log_key from alerts')
  const logKey = rows[0]?.log_key ?? 0
  const stored = async (): Promise<unknown> => (await pool.query(`
    select (select count(*)::int from batch) as batches, (select sum(stored)::int from partition_log) as stored,
      (select count(*)::int from alerts) as alerts, (select count(*)::int from alarm_event) as events, to_json(a) as alarm from alarm a`)).rows
  const before = await stored()
  const [batchId = 0] = await reserveBatchIds(pool, 1)
  const { rows: sensors } = await pool.query<{ sensor_key: number }>('select sensor_key from sensors')
  const late = (changes: WriteBatch['changes']): WriteBatch => ({
    consumerId: 'zombie', readings: createBinaryCopy(), changes, deadLetters: createBinaryCopy(), epochs: [], replays: [], snapshots: [], blocks: [], rollUp: null,
    shares: [{ logKey, batchId, firstOffset: 0, nextOffset: 1, stored: 1, deadLettered: 0, duplicates: 0, holes: 0, numbersStored: true, numbersMoved: 0, days: [] }],
  })
  const change = (transition: 'raised' | 'cleared'): WriteBatch['changes'][number] => ({
    transition, rule: 'critical_threshold_violation', episodeId: randomUUID(), alertId: randomUUID(), sensorKey: sensors[0]?.sensor_key ?? 0,
    sensorId: 'temp-1', sensorType: 'temperature', machineId: 'machine-001', location: '{}', priority: 'high', severity: 'high', latch: false,
    timeMs: Date.now(), value: 50, level: 'critical', unit: '°C', description: 'late', peakValue: 50, peakMs: Date.now(), peakExcess: 10,
    addedReadings: 1, raisedMs: Date.now(), logKey, offset: 0, detectedBy: 'zombie',
  })
  for (const changes of [[], [change('raised')], [change('cleared')]]) await assert.rejects(writeBatch(pool, late(changes)), FencedError)
  assert.deepEqual(await stored(), before)
})

async function readTopic(plant: TestPlant, topic: string, wanted: readonly [number]): Promise<{ value: Buffer | null, headers: readonly (readonly [Buffer | null, Buffer | null])[] }[]> {
  const { createLogReader } = await import('../../src/kafka/log-reader.ts')
  const reader = createLogReader({ brokers: plant.brokers, clientId: 'test-reader' }, topic)
  const partitions = topic === plant.topics.alerts ? [0, 1] : [0]
  const bounds = await reader.bounds(partitions)
  const stop = new AbortController()
  const found: { value: Buffer | null, headers: readonly (readonly [Buffer | null, Buffer | null])[] }[] = []
  await reader.read(new Map([...bounds].map(([partition, { topicId }]) => [partition, { topicId, offset: 0 }])), async (slice) => {
    found.push(...recordsOf(slice))
    if (found.length >= wanted[0]) stop.abort()
  }, AbortSignal.any([stop.signal, AbortSignal.timeout(10_000)]))
  await reader.close()
  return found
}
