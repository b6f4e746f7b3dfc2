import type { OpenAlarms } from '../../src/contract/alarm-api.ts'
import type { ConsumerHealth, Ledger, PartitionState, ProducerHealth, RebalancingEvent, RecentAlert } from '../../src/contract/api.ts'
import { SENSOR_TYPE_NAMES, SENSOR_TYPES } from '../../src/contract/sensor-types.ts'
import type { StreamData } from '../../src/contract/stream.ts'
import { openAlarms } from './fixture-alarms.ts'

/** What a plant looks like at one moment; every part can be replaced. */
export interface PlantOptions {
  readonly now: number
  readonly consumers?: readonly ConsumerHealth[]
  readonly producers?: readonly ProducerHealth[]
  /** Owner of each partition, by partition. */
  readonly owners?: readonly (string | null)[]
  readonly rebalances?: RebalancingEvent[]
  readonly alerts?: RecentAlert[]
  readonly ledger?: Ledger
  readonly alarms?: OpenAlarms
  readonly metrics?: StreamData['metrics']
}

export const TOPIC = 'sensor-data'

/** All sections of a plant; by default the seed's three producers and three consumers, with nothing wrong. */
export function plant(options: PlantOptions): StreamData {
  const { now } = options
  const consumers = [...(options.consumers ?? [1, 2, 3].map((n) => consumer(now, `consumer-00${n}`, [n - 1])))]
  const producers = [...(options.producers ?? [
    producer(now, 'temp-sensor-001', 'temperature'), producer(now, 'vib-sensor-002', 'vibration'),
    producer(now, 'energy-sensor-003', 'energy'),
  ])]
  const owners = options.owners ?? [0, 1, 2].map((p) => consumers.find((each) => each.assigned_partitions.includes(p))?.consumer_id ?? null)
  const partitions = owners.map((owner, index) => partition(index, owner))
  const rebalances = options.rebalances ?? [2, 1, 0].map((p) =>
    rebalance(100 + p, now - 300_000 + p * 2_000, 'partition_assigned', `consumer-00${p + 1}`, p))
  const activity = Object.fromEntries(partitions.map((each) => [String(each.partition), 140]))
  return {
    health: { status: 'healthy', since: iso(now - 300_000), kafka: { status: 'healthy', since: iso(now - 300_000) } },
    status: {
      status: { consumers: counts(consumers), producers: counts(producers) },
      rebalancing_events: rebalances.slice(0, 20),
    },
    consumers, producers,
    partitions: {
      assignments: consumers.map(({ consumer_id, assigned_partitions, status, last_heartbeat }) =>
        ({ consumer_id, assigned_partitions, status, last_heartbeat })),
      partition_activity: activity, partitions,
    },
    metrics: options.metrics ?? metrics(now, producers.reduce((sum, each) => sum + each.readings_per_second, 0)),
    alerts: options.alerts ?? alerts(now), alarms: options.alarms ?? openAlarms([]), rebalances,
    ledger: options.ledger ?? ledger(12_345),
  }
}

export function emptyPlant(now: number): StreamData {
  return {
    ...plant({ now, consumers: [], producers: [], owners: [], rebalances: [], alerts: [] }),
    ledger: { ...ledger(0), logs: [], sensors: [] },
    metrics: metrics(now, 0),
  }
}

export function consumer(now: number, id: string, assigned: number[], change: Partial<ConsumerHealth> = {}): ConsumerHealth {
  return {
    consumer_id: id, status: 'active', assigned_partitions: assigned, last_heartbeat: iso(now - 700), total_messages_processed: 4_115,
    messages_processed_last_minute: 14, reported_status: 'active', heartbeat_interval_ms: 2_000, readings_per_second: 0.23, ...change,
  }
}

export function producer(now: number, id: string, type: keyof typeof SENSOR_TYPES, change: Partial<ProducerHealth> = {}): ProducerHealth {
  return {
    producer_id: id, sensor_type: type, status: 'active', last_heartbeat: iso(now - 900), total_messages_sent: 4_115,
    messages_sent_last_minute: Math.round(60 / SENSOR_TYPES[type].samplingIntervalS), reported_status: 'active',
    heartbeat_interval_ms: 2_000,
    readings_per_second: 1 / SENSOR_TYPES[type].samplingIntervalS, buffered: 0, dropped: 0, ...change,
  }
}

export function manyProducers(now: number, count: number): ProducerHealth[] {
  return Array.from({ length: count }, (_, index) => {
    const type = SENSOR_TYPE_NAMES[index % SENSOR_TYPE_NAMES.length] ?? 'temperature'
    return producer(now, `${type}-sensor-${String(index + 1).padStart(3, '0')}`, type)
  })
}

export function partition(number: number, owner: string | null, change: Partial<PartitionState> = {}): PartitionState {
  return {
    topic: TOPIC, partition: number, owner, next_offset: 4_115, log_end_offset: 4_115, lag: 0, readings_per_second: 0.23,
    leader: number + 1,
    replicas: [number + 1, (number + 1) % 3 + 1], in_sync_replicas: [number + 1, (number + 1) % 3 + 1], ...change,
  }
}

export function rebalance(
  id: number, at: number, type: RebalancingEvent['event_type'], consumerId: string, partitionNumber: number | null,
): RebalancingEvent {
  return {
    event_id: id, event_type: type, consumer_id: consumerId, partition_number: partitionNumber, timestamp: iso(at), topic_name: TOPIC,
  }
}

export function alert(now: number, id: string, change: Partial<RecentAlert> = {}): RecentAlert {
  return {
    alert_id: id, sensor_id: 'temp-sensor-001', sensor_type: 'temperature', anomaly_type: 'critical_threshold_violation', severity: 'high',
    sensor_value: 41.37, sensor_unit: '°C', description: 'temperature 41.37 °C is at or above the critical limit of 40 °C',
    detected_by: 'consumer-001', timestamp: iso(now - 12_000), sensor_alert_level: 'critical', status: 'active', episode_id: id,
    transition: 'raised',
    ...change,
  }
}

export function alerts(now: number): RecentAlert[] {
  return [
    alert(now, 'a6'),
    alert(now, 'a5', {
      sensor_id: 'vib-sensor-002', sensor_type: 'vibration', anomaly_type: 'consecutive_high_alerts', severity: 'medium',
      sensor_value: 5.62, sensor_unit: 'mm/s', description: '3 readings in a row at or above the warning limit of 5 mm/s',
      timestamp: iso(now - 95_000), episode_id: 'e1',
      transition: 'continued', detected_by: 'consumer-002',
    }),
    alert(now, 'a4', {
      sensor_id: 'vib-sensor-002', sensor_type: 'vibration', anomaly_type: 'consecutive_high_alerts', severity: 'medium', sensor_value: 5.4,
      sensor_unit: 'mm/s', description: '2 readings in a row at or above the warning limit of 5 mm/s',
      timestamp: iso(now - 99_000), episode_id: 'e1',
      detected_by: 'consumer-002',
    }),
    alert(now, 'a3', {
      sensor_id: 'energy-sensor-003', sensor_type: 'energy', anomaly_type: 'rapid_value_change', severity: 'medium', sensor_value: 161.2,
      sensor_unit: 'kW', description: 'changed by 58.3 kW from one reading to the next, more than 50 kW', timestamp: iso(now - 210_000),
    }),
    alert(now, 'a2', {
      anomaly_type: 'baseline_deviation', severity: 'low', sensor_value: 12.1,
      description: '15.4 °C away from the mean of the 4 readings before',
      timestamp: iso(now - 1_500_000),
    }),
    alert(now, 'a1', {
      severity: 'critical', sensor_id: 'press-sensor-004', sensor_type: 'pressure', sensor_value: 1_047.25, sensor_unit: 'hPa',
      description: 'pressure 1,047.25 hPa is at or above the critical limit of 1,045 hPa', timestamp: iso(now - 5_400_000),
    }),
  ]
}

export function ledger(stored: number): Ledger {
  const share = Math.floor(stored / 3)
  return {
    ok: true, verdict: 'every reading accounted for', reasons: [],
    logs: [0, 1, 2].map((number) => ({
      topic: TOPIC, partition: number, topic_id: '1f0e7c1e-8a3b-4c55-9d0a-5a2f6a1f0b11', generation: 0, first_offset: 0,
      next_offset: share, consumed: share, stored: share, dead_lettered: 0, duplicates: 0, holes: 0, lost: 0, balance: 0, gaps: [],
      gaps_count: 0, alerts_pending: 0, dead_letters_pending: 0, closed_at: null,
    })),
    sensors: [],
    totals: {
      consumed: stored, stored, dead_lettered: 0, holes: 0, lost: 0, log_duplicates: 0, sensors: 3, sensors_missing: 0, received: stored,
      duplicates: 0, filled_late: 0, missing: 0,
    },
  }
}

/** A ledger with everything that can be wrong. */
export function wrongLedger(now: number): Ledger {
  const good = ledger(12_345)
  return {
    ...good, ok: false, verdict: '14 readings are missing of 1 sensor; 120 readings were lost in partition 1',
    reasons: ['14 readings are missing of 1 sensor', '120 readings were lost in partition 1'],
    logs: good.logs.map((log) => log.partition !== 1 ? { ...log, dead_lettered: 3, stored: log.stored - 5, duplicates: 2 } : {
      ...log, lost: 120, stored: log.stored - 121, balance: 1, gaps_count: 1, alerts_pending: 2, gaps: [{
        first_offset: 2_000, last_offset: 2_119, reason: 'log_truncated',
        detail: "Kafka's log begins at 2120, later than the offset stored here", detected_at: iso(now - 60_000),
      }],
    }),
    sensors: [{
      sensor_id: 'temp-sensor-001', received: 4_101, duplicates: 2, filled_late: 1, missing: 14,
      missing_ranges: [
        { producer_epoch: '2026-11-24T09:00:00.000Z-4711', first_sequence: 311, last_sequence: 323 },
        { producer_epoch: '2026-11-24T09:00:00.000Z-4711', first_sequence: 400, last_sequence: 400 },
      ],
    }],
    totals: { ...good.totals, stored: 12_214, dead_lettered: 6, log_duplicates: 4, lost: 120, missing: 14, sensors_missing: 1 },
  }
}

export function metrics(now: number, readingsPerSecond: number): StreamData['metrics'] {
  const stepS = 5
  const steps = 120
  return {
    consumer_throughput: [], producer_throughput: [], partition_activity: {}, throughput_unit: 'messages/min', window_s: 600,
    timestamp: iso(now),
    readings_per_second: readingsPerSecond,
    series: {
      start: iso(now - steps * stepS * 1000), step_s: stepS,
      readings_per_second: Array.from({ length: steps },
        (_, step) => readingsPerSecond * (1 + 0.12 * Math.sin(step / 9) + 0.1 * Math.sin(step * 1.7))),
    },
  }
}

export function iso(timeMs: number): string {
  return new Date(timeMs).toISOString()
}

function counts(components: readonly { status: string, last_heartbeat: string }[]): StreamData['status']['status']['consumers'] {
  return {
    active_count: components.filter(({ status }) => status === 'active').length, total_count: components.length,
    last_activity: components[0]?.last_heartbeat ?? null,
  }
}
