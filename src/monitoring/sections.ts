import type {
  ConsumerHealth, PartitionAssignment, PartitionState, ProducerHealth, RealTimeMetrics, RebalancingEvent, RecentAlert, SystemStatus,
  Throughput,
} from '../contract/api.ts'
import type { PartitionState as KafkaPartition } from '../kafka/topic-reader.ts'
import type { AlertRow } from '../postgres/read-alerts.ts'
import type { ConsumerHealthRow, HealthRow, ProducerHealthRow } from '../postgres/read-health.ts'
import type { LogRow } from '../postgres/read-logs.ts'
import type { RebalanceRow } from '../postgres/read-rebalances.ts'
import { WINDOW_S } from './committed-counts.ts'
import type { CommittedCounts } from './committed-counts.ts'
import type { CounterRates } from './counter-rates.ts'
import { isActive } from './freshness.ts'
import type { Outage } from './freshness.ts'
import { partitionNumbers } from './partition-numbers.ts'

// From rows to the shapes of the contract: pure, so that a test gives rows and a time and compares JSON.

const STATUS_EVENTS = 20
const SERIES_STEP_S = 5
/** The series over all partitions. */
export const TOTAL_KEY = 'total'
export const consumerKey = (consumerId: string): string => `consumer ${consumerId}`
export const partitionKey = (partition: number): string => `partition ${partition}`

export function buildConsumers(
  rows: readonly ConsumerHealthRow[], outage: Outage | null, counts: CommittedCounts, counters: CounterRates, nowMs: number,
): ConsumerHealth[] {
  return rows.map((row) => {
    const active = isActive(row, outage)
    const key = consumerKey(row.id)
    const rate = counts.has(key) ? counts.rate(key, nowMs) : reportedRate(row, active, counters)
    return {
      consumer_id: row.id,
      status: active ? 'active' : 'inactive',
      // Its partitions are the others' now; the row still says what it had.
      assigned_partitions: active ? partitionNumbers(row.assignedPartitions) : [],
      last_heartbeat: new Date(row.lastHeartbeatMs).toISOString(),
      total_messages_processed: row.total,
      messages_processed_last_minute: row.lastMinute,
      reported_status: row.reportedStatus,
      heartbeat_interval_ms: row.intervalMs,
      readings_per_second: rounded(rate),
    }
  })
}

export function buildProducers(rows: readonly ProducerHealthRow[], outage: Outage | null, counters: CounterRates): ProducerHealth[] {
  return rows.map((row) => {
    const active = isActive(row, outage)
    return {
      producer_id: row.id,
      sensor_type: row.sensorType,
      status: active ? 'active' : 'inactive',
      last_heartbeat: new Date(row.lastHeartbeatMs).toISOString(),
      total_messages_sent: row.total,
      messages_sent_last_minute: row.lastMinute,
      reported_status: row.reportedStatus,
      heartbeat_interval_ms: row.intervalMs,
      readings_per_second: rounded(reportedRate(row, active, counters)),
      buffered: countOrNull(row.buffered),
      dropped: countOrNull(row.dropped),
    }
  })
}

/** From the program's own counter; a dead one sends nothing, whatever it counted last. */
function reportedRate(row: HealthRow, active: boolean, counters: CounterRates): number {
  return active ? counters.perSecond(row.id) ?? row.lastMinute / 60 : 0
}

export function buildStatus(
  consumers: readonly ConsumerHealth[], producers: readonly ProducerHealth[], rebalances: readonly RebalancingEvent[],
): SystemStatus {
  return {
    status: { consumers: componentCounts(consumers), producers: componentCounts(producers) },
    rebalancing_events: rebalances.slice(0, STATUS_EVENTS),
  }
}

function componentCounts(components: readonly { status: string, last_heartbeat: string }[]): SystemStatus['status']['consumers'] {
  let lastActivity: string | null = null
  for (const { last_heartbeat: heartbeat } of components) if (lastActivity === null || heartbeat > lastActivity) lastActivity = heartbeat
  return {
    active_count: components.filter((component) => component.status === 'active').length,
    total_count: components.length,
    last_activity: lastActivity,
  }
}

export function buildRebalances(rows: readonly RebalanceRow[]): RebalancingEvent[] {
  return rows.map((row) => ({
    event_type: row.eventType, consumer_id: row.consumerId, partition_number: row.partition,
    timestamp: row.timestamp.toISOString(), topic_name: row.topic, event_id: row.eventId,
  }))
}

export function buildAlerts(rows: readonly AlertRow[]): RecentAlert[] {
  return rows.map((row) => ({
    alert_id: row.alertId, sensor_id: row.sensorId, sensor_type: row.sensorType, anomaly_type: row.anomalyType, severity: row.severity,
    sensor_value: Number.isFinite(row.sensorValue) ? row.sensorValue : null,
    sensor_unit: row.sensorUnit, description: row.description, detected_by: row.detectedBy, timestamp: row.timestamp.toISOString(),
    sensor_alert_level: row.sensorAlertLevel, status: row.status, episode_id: row.episodeId, transition: row.transition,
  }))
}

/** The log in use of each partition of a topic: the newest that wasn't replaced. */
export function currentLogs(logs: readonly LogRow[], topic: string): Map<number, LogRow> {
  const current = new Map<number, LogRow>()
  for (const log of logs) {
    if (log.topic !== topic || log.closedAt !== null) continue
    const before = current.get(log.partition)
    if (before === undefined || log.logKey > before.logKey) current.set(log.partition, log)
  }
  return current
}

/** Every partition that Kafka, the database or a consumer knows of. */
export function knownPartitions(
  logs: ReadonlyMap<number, LogRow>, kafka: ReadonlyMap<number, KafkaPartition>, consumers: readonly ConsumerHealth[],
): number[] {
  const known = new Set([...logs.keys(), ...kafka.keys(), ...consumers.flatMap((consumer) => consumer.assigned_partitions)])
  return [...known].sort((a, b) => a - b)
}

export interface PartitionSources {
  readonly topic: string
  readonly known: readonly number[]
  readonly logs: ReadonlyMap<number, LogRow>
  readonly kafka: ReadonlyMap<number, KafkaPartition>
  readonly consumers: readonly ConsumerHealth[]
  readonly counts: CommittedCounts
  readonly nowMs: number
}

export function buildPartitions(sources: PartitionSources): PartitionAssignment {
  return {
    assignments: sources.consumers.map((consumer) => ({
      consumer_id: consumer.consumer_id, assigned_partitions: consumer.assigned_partitions, status: consumer.status,
      last_heartbeat: consumer.last_heartbeat,
    })),
    partition_activity: buildActivity(sources.known, sources.counts, sources.nowMs),
    partitions: sources.known.map((partition) => partitionState(partition, sources)),
  }
}

function partitionState(partition: number, { topic, logs, kafka, consumers, counts, nowMs }: PartitionSources): PartitionState {
  const log = logs.get(partition)
  const seen = kafka.get(partition)
  const next = log?.nextOffset ?? null
  // Kafka was asked up to a second before the database; what is stored by now was in its log.
  const end = seen === undefined || seen.logEndOffset === null ? null : Math.max(seen.logEndOffset, next ?? 0)
  return {
    topic, partition,
    owner: ownerOf(partition, consumers, log?.claimedBy ?? null),
    next_offset: next, log_end_offset: end,
    lag: next === null || end === null ? null : end - next,
    readings_per_second: rounded(counts.rate(partitionKey(partition), nowMs)),
    leader: seen?.leader ?? null, replicas: [...seen?.replicas ?? []], in_sync_replicas: [...seen?.inSyncReplicas ?? []],
  }
}

/** A consumer that lost its partition and doesn't know it yet still names it, so the one that holds the claim goes first. */
function ownerOf(partition: number, consumers: readonly ConsumerHealth[], claimedBy: string | null): string | null {
  const holders = consumers.filter((consumer) => consumer.assigned_partitions.includes(partition))
  const holder = holders.find((consumer) => consumer.consumer_id === claimedBy)
    ?? holders.toSorted((a, b) => b.last_heartbeat.localeCompare(a.last_heartbeat))[0]
  return holder?.consumer_id ?? null
}

function buildActivity(known: readonly number[], counts: CommittedCounts, nowMs: number): Record<string, number> {
  const second = Math.floor(nowMs / 1000)
  const activity = (partition: number): number => counts.sum(partitionKey(partition), second - WINDOW_S, second + 1)
  return Object.fromEntries(known.map((partition) => [String(partition), activity(partition)]))
}

export interface MetricsSources {
  readonly consumers: readonly ConsumerHealthRow[]
  readonly producers: readonly ProducerHealthRow[]
  readonly known: readonly number[]
  readonly counts: CommittedCounts
  readonly consumerCounters: CounterRates
  readonly producerCounters: CounterRates
  readonly nowMs: number
}

export function buildMetrics(sources: MetricsSources): RealTimeMetrics {
  const { consumers, producers, known, counts, consumerCounters, producerCounters, nowMs } = sources
  const second = Math.floor(nowMs / 1000)
  // Only whole steps: the one that is running would always look like a fall.
  const end = second - second % SERIES_STEP_S
  const start = end - WINDOW_S
  return {
    consumer_throughput: consumers.map((row) => (
      { component_id: row.id, value: consumerThroughput(row, counts, consumerCounters, nowMs) })),
    producer_throughput: producers.map((row) => (
      { component_id: row.id, value: counterThroughput(row, producerCounters, nowMs) })),
    partition_activity: buildActivity(known, counts, nowMs),
    throughput_unit: 'messages/min',
    window_s: WINDOW_S,
    timestamp: new Date(nowMs).toISOString(),
    readings_per_second: rounded(counts.rate(TOTAL_KEY, nowMs)),
    series: {
      start: new Date(start * 1000).toISOString(),
      step_s: SERIES_STEP_S,
      readings_per_second: Array.from({ length: WINDOW_S / SERIES_STEP_S }, (_, index) => {
        const from = start + index * SERIES_STEP_S
        return rounded(counts.sum(TOTAL_KEY, from, from + SERIES_STEP_S) / SERIES_STEP_S)
      }),
    },
  }
}

/** Messages a minute: what it committed, which is exact and outlives us, else what it says of itself. */
function consumerThroughput(row: HealthRow, counts: CommittedCounts, counters: CounterRates, nowMs: number): Throughput['value'] {
  const key = consumerKey(row.id)
  if (!counts.has(key)) return counterThroughput(row, counters, nowMs)
  const second = Math.floor(nowMs / 1000)
  return rounded(counts.sum(key, second - WINDOW_S, second + 1) * 60 / coveredS(row, nowMs))
}

/** Until enough was observed the program's own figure of its last minute stands in, unless it is silent for longer than that. */
function counterThroughput(row: HealthRow, counters: CounterRates, nowMs: number): Throughput['value'] {
  return rounded(counters.perMinute(row.id, nowMs) ?? (row.ageMs < 60_000 ? row.lastMinute : 0))
}

/** The window, or less for one that was first seen within it; a minute at least, so that a first batch isn't blown up. */
function coveredS(row: HealthRow, nowMs: number): number {
  return Math.min(WINDOW_S, Math.max(60, (nowMs - row.createdMs) / 1000))
}

function countOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}

/** To a hundredth: what is sent only when it changed must not change with the seventh digit. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
