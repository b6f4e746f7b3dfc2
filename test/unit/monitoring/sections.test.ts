import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createCommittedCounts } from '../../../src/monitoring/committed-counts.ts'
import { createCounterRates } from '../../../src/monitoring/counter-rates.ts'
import {
  TOTAL_KEY, buildAlerts, buildConsumers, buildMetrics, buildPartitions, buildProducers, buildStatus, consumerKey, currentLogs, knownPartitions, partitionKey,
} from '../../../src/monitoring/sections.ts'
import type { AlertRow } from '../../../src/postgres/read-alerts.ts'
import type { ConsumerHealthRow, ProducerHealthRow } from '../../../src/postgres/read-health.ts'
import type { LogRow } from '../../../src/postgres/read-logs.ts'

const NOW_MS = Date.parse('2026-03-01T12:00:02.500Z')
const NOW_S = Math.floor(NOW_MS / 1000)

function consumerRow(id: string, fields: Partial<ConsumerHealthRow> = {}): ConsumerHealthRow {
  const ageMs = fields.ageMs ?? 1_000
  return {
    id, reportedStatus: 'active', lastHeartbeatMs: NOW_MS - ageMs, ageMs, intervalMs: 2_000, total: 1_000, lastMinute: 60,
    createdMs: NOW_MS - 3_600_000, assignedPartitions: [0], ...fields,
  }
}

function producerRow(id: string, fields: Partial<ProducerHealthRow> = {}): ProducerHealthRow {
  const { assignedPartitions: _, ...row } = consumerRow(id)
  return { ...row, sensorType: 'temperature', buffered: 0, dropped: 0, ...fields }
}

function logRow(partition: number, fields: Partial<LogRow> = {}): LogRow {
  return {
    logKey: partition + 1, topic: 'sensor-data', topicId: 'a', partition, generation: 0, firstOffset: 0, nextOffset: 500, stored: 500, deadLettered: 0,
    duplicates: 0, holes: 0, lost: 0, claimedBy: null, closedAt: null, ...fields,
  }
}

function build(rows: readonly ConsumerHealthRow[]): ReturnType<typeof buildConsumers> {
  return buildConsumers(rows, null, createCommittedCounts(), createCounterRates(), NOW_MS)
}

describe('consumers', () => {
  test('have the shape of the contract', () => {
    assert.deepEqual(build([consumerRow('c1', { assignedPartitions: [2, 0] })])[0], {
      consumer_id: 'c1', status: 'active', assigned_partitions: [0, 2], last_heartbeat: '2026-03-01T12:00:01.500Z', total_messages_processed: 1_000,
      messages_processed_last_minute: 60, reported_status: 'active', heartbeat_interval_ms: 2_000, readings_per_second: 1,
    })
  })

  test('that are dead have no partitions and no rate', () => {
    const [dead] = build([consumerRow('c1', { ageMs: 7_000 })])
    assert.deepEqual([dead?.status, dead?.assigned_partitions, dead?.readings_per_second], ['inactive', [], 0])
  })

  test('have the rate of what they committed, where that is known', () => {
    const counts = createCommittedCounts()
    for (let second = NOW_S - 60; second < NOW_S; second++) counts.add(consumerKey('c1'), second, 105)
    const [consumer] = buildConsumers([consumerRow('c1')], null, counts, createCounterRates(), NOW_MS)
    assert.equal(consumer?.readings_per_second, 100)
  })
})

describe('producers', () => {
  test('tell what they buffer and dropped, or null where a program keeps no such count', () => {
    const [ours, old] = buildProducers([producerRow('a', { buffered: 3, dropped: 1 }), producerRow('b', { buffered: 'x', dropped: null })], null, createCounterRates())
    assert.deepEqual([ours?.buffered, ours?.dropped, old?.buffered, old?.dropped], [3, 1, null, null])
  })
})

describe('the status', () => {
  test('counts the active ones, all that are known, and the newest heartbeat', () => {
    const consumers = build([consumerRow('c1'), consumerRow('c2', { ageMs: 9_000 }), consumerRow('c3', { reportedStatus: 'inactive', ageMs: 500 })])
    assert.deepEqual(buildStatus(consumers, [], []).status, {
      consumers: { active_count: 1, total_count: 3, last_activity: '2026-03-01T12:00:02.000Z' },
      producers: { active_count: 0, total_count: 0, last_activity: null },
    })
  })
})

describe('partitions', () => {
  const build3 = (consumers: readonly ConsumerHealthRow[], logs: readonly LogRow[], kafka: ReadonlyMap<number, never> | Parameters<typeof knownPartitions>[1] = new Map()) => {
    const current = currentLogs(logs, 'sensor-data')
    const health = build(consumers)
    const known = knownPartitions(current, kafka, health)
    return buildPartitions({ topic: 'sensor-data', known, logs: current, kafka, consumers: health, counts: createCommittedCounts(), nowMs: NOW_MS })
  }

  test('belong to the active consumer that names them; a dead one owns nothing', () => {
    const { partitions } = build3([consumerRow('c1', { assignedPartitions: [0, 1], ageMs: 20_000 }), consumerRow('c2', { assignedPartitions: [1] })], [logRow(0), logRow(1)])
    assert.deepEqual(partitions.map((partition) => partition.owner), [null, 'c2'])
  })

  test('of which two say that they own it belong to the one that claimed it last', () => {
    const consumers = [consumerRow('zombie', { assignedPartitions: [0], ageMs: 100 }), consumerRow('c2', { assignedPartitions: [0] })]
    assert.equal(build3(consumers, [logRow(0, { claimedBy: 'c2' })]).partitions[0]?.owner, 'c2')
    assert.equal(build3(consumers, [logRow(0)]).partitions[0]?.owner, 'zombie')
  })

  test('have lag where Kafka tells the end, never below 0', () => {
    const kafka = new Map([0, 1, 2].map((partition) => [partition, {
      partition, logEndOffset: partition === 0 ? 510 : partition === 1 ? 490 : null, leader: 1, replicas: [1, 2], inSyncReplicas: [1],
    }]))
    const { partitions } = build3([], [logRow(0), logRow(1)], kafka)
    assert.deepEqual(partitions.map(({ lag }) => lag), [10, 0, null])
    assert.deepEqual(partitions.map(({ log_end_offset: end }) => end), [510, 500, null])
    assert.deepEqual(partitions.map(({ next_offset: next }) => next), [500, 500, null])
    assert.deepEqual(partitions[0]?.in_sync_replicas, [1])
  })

  test('are those of the topic in use: not of a replaced one, nor of an earlier generation', () => {
    const logs = [
      logRow(0, { logKey: 1, closedAt: new Date(0), nextOffset: 1 }), logRow(0, { logKey: 2, generation: 0, nextOffset: 2 }),
      logRow(0, { logKey: 3, generation: 1, nextOffset: 3 }), logRow(5, { logKey: 4, topic: 'other' }), logRow(6, { logKey: 5, closedAt: new Date(0) }),
    ]
    assert.deepEqual(build3([], logs).partitions.map((partition) => [partition.partition, partition.next_offset]), [[0, 3]])
  })
})

describe('metrics', () => {
  test('are messages a minute over ten minutes, or over the time since a component was first seen', () => {
    const counts = createCommittedCounts()
    for (let second = NOW_S - 300; second < NOW_S; second++) for (const key of [consumerKey('old'), consumerKey('new'), partitionKey(0), TOTAL_KEY]) counts.add(key, second, 2)
    const metrics = buildMetrics({
      consumers: [consumerRow('old'), consumerRow('new', { createdMs: NOW_MS - 300_000 }), consumerRow('foreign', { lastMinute: 42 }), consumerRow('silent', { lastMinute: 42, ageMs: 70_000 })],
      producers: [producerRow('p', { lastMinute: 20 })], known: [0, 1], counts, consumerCounters: createCounterRates(), producerCounters: createCounterRates(), nowMs: NOW_MS,
    })
    assert.deepEqual(metrics.consumer_throughput, [
      { component_id: 'old', value: 60 }, { component_id: 'new', value: 120 }, { component_id: 'foreign', value: 42 }, { component_id: 'silent', value: 0 },
    ])
    assert.deepEqual(metrics.producer_throughput, [{ component_id: 'p', value: 20 }])
    assert.deepEqual(metrics.partition_activity, { 0: 600, 1: 0 })
  })

  test('have a series of whole steps of 5 s that ends before the running one', () => {
    const counts = createCommittedCounts()
    counts.add(TOTAL_KEY, NOW_S - 4, 10)
    counts.add(TOTAL_KEY, NOW_S - 602, 15)
    counts.add(TOTAL_KEY, NOW_S, 1_000)
    const { series } = buildMetrics({
      consumers: [], producers: [], known: [], counts, consumerCounters: createCounterRates(), producerCounters: createCounterRates(), nowMs: NOW_MS,
    })
    assert.equal(series.start, '2026-03-01T11:50:00.000Z')
    assert.equal(series.readings_per_second.length, 120)
    assert.deepEqual([series.readings_per_second[0], series.readings_per_second.at(-1)], [3, 2])
    assert.equal(series.readings_per_second.reduce((sum, value) => sum + value), 5)
  })
})

test('an alert with a value that JSON has not is shown without it', () => {
  const row: AlertRow = {
    alertId: 'a', sensorId: 's', sensorType: 't', anomalyType: 'x', severity: 'low', sensorValue: Number.NaN, sensorUnit: 'C', sensorAlertLevel: 'normal',
    description: '', detectedBy: 'c', timestamp: new Date(NOW_MS), status: 'active', episodeId: null, transition: null,
  }
  assert.equal(buildAlerts([row])[0]?.sensor_value, null)
  assert.equal(buildAlerts([{ ...row, sensorValue: 0 }])[0]?.sensor_value, 0)
})
