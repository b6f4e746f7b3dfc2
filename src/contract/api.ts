import { Type } from 'typebox'
import type { Static } from 'typebox'
import { count, names, nullable, object, partition, time, topic } from './api-schema.ts'

// The monitoring API: what each path answers, as JSON schemas and as types. Programs outside rely on the names:
// fields may be added, never renamed or removed. All times are UTC, ISO 8601 with a `Z`.

const healthStatus = names(['active', 'inactive'],
  'active while the heartbeat is younger than three of its own intervals (5 s at least) and the program did not say that it stopped')
const heartbeatIntervalMs = nullable(Type.Integer(
  { description: 'how often its heart beats, milliseconds; null: not known yet, 10 s are assumed' }))
const readingsPerSecond = Type.Number({ description: 'readings a second, mean of the last 10 s' })
const partitionActivity = Type.Record(Type.String({ pattern: '^[0-9]+$' }), Type.Integer({ minimum: 0 }),
  { description: 'readings consumed in the last 10 minutes, by partition of the sensor topic' })

// GET /api/system-status

const componentCounts = object({
  active_count: count('components whose status is active'),
  total_count: count('components that gave a sign of life in the last 7 days'),
  last_activity: nullable(time('newest heartbeat; null: none in the last 7 days')),
}, 'ComponentCounts')

export const rebalancingEventSchema = object({
  event_type: names(['rebalance_start', 'rebalance_complete', 'partition_assigned', 'partition_revoked'], 'what happened'),
  consumer_id: Type.String(),
  partition_number: nullable(Type.Integer({ description: 'null for events of the whole group' })),
  timestamp: time('when it happened'),
  topic_name: nullable(Type.String({ description: 'Kafka topic' })),
  event_id: Type.Integer({ description: 'rises with every event' }),
}, 'RebalancingEvent')
export type RebalancingEvent = Static<typeof rebalancingEventSchema>

export const systemStatusSchema = object({
  status: object({ consumers: componentCounts, producers: componentCounts }, 'Status'),
  rebalancing_events: Type.Array(rebalancingEventSchema, { description: 'the newest 20, newest first' }),
}, 'SystemStatus')
export type SystemStatus = Static<typeof systemStatusSchema>

// GET /api/consumer-health

export const consumerHealthSchema = object({
  consumer_id: Type.String(),
  status: healthStatus,
  assigned_partitions: Type.Array(Type.Integer(), { description: 'partitions it reads now; an inactive consumer has none' }),
  last_heartbeat: time('its newest heartbeat'),
  total_messages_processed: count('since the consumer was first seen'),
  messages_processed_last_minute: count('as the consumer reported it'),
  reported_status: Type.String({ description: 'what the program says of itself: active, inactive or error' }),
  heartbeat_interval_ms: heartbeatIntervalMs,
  readings_per_second: readingsPerSecond,
}, 'ConsumerHealth')
export type ConsumerHealth = Static<typeof consumerHealthSchema>
export const consumersSchema = Type.Array(consumerHealthSchema)

// GET /api/producer-health

export const producerHealthSchema = object({
  producer_id: Type.String({ description: 'the sensor_id' }),
  sensor_type: nullable(Type.String()),
  status: healthStatus,
  last_heartbeat: time('its newest heartbeat'),
  total_messages_sent: count('as the producer reported it'),
  messages_sent_last_minute: count('as the producer reported it'),
  reported_status: Type.String({ description: 'what the program says of itself' }),
  heartbeat_interval_ms: heartbeatIntervalMs,
  readings_per_second: readingsPerSecond,
  buffered: nullable(count('readings that wait for Kafka; null: the producer does not tell')),
  dropped: nullable(count('readings given up since its start, as its buffer was full; null: the producer does not tell')),
}, 'ProducerHealth')
export type ProducerHealth = Static<typeof producerHealthSchema>
export const producersSchema = Type.Array(producerHealthSchema)

// GET /api/partition-assignment

export const partitionStateSchema = object({
  topic,
  partition,
  owner: nullable(Type.String({ description: 'the active consumer that reads it; null: nobody does' })),
  next_offset: nullable(count('the offset that is stored next; null: nothing of it was consumed yet')),
  log_end_offset: nullable(count("the end of Kafka's log; null: not known, as Kafka doesn't answer")),
  lag: nullable(count('log_end_offset - next_offset; null: not known')),
  readings_per_second: readingsPerSecond,
  leader: nullable(Type.Integer({ description: 'broker that leads it; null: not known, or none does' })),
  replicas: Type.Array(Type.Integer(), { description: 'brokers that keep it; empty: not known' }),
  in_sync_replicas: Type.Array(Type.Integer(), { description: 'replicas that are up to date; empty: not known' }),
}, 'PartitionState')
export type PartitionState = Static<typeof partitionStateSchema>

export const partitionAssignmentSchema = object({
  assignments: Type.Array(object({
    consumer_id: Type.String(),
    assigned_partitions: Type.Array(Type.Integer()),
    status: healthStatus,
    last_heartbeat: time('its newest heartbeat'),
  }, 'Assignment')),
  partition_activity: partitionActivity,
  partitions: Type.Array(partitionStateSchema, { description: 'the sensor topic, by partition' }),
}, 'PartitionAssignment')
export type PartitionAssignment = Static<typeof partitionAssignmentSchema>

// GET /api/real-time-metrics

export const throughputSchema = object({
  component_id: Type.String(),
  value: Type.Number({ minimum: 0, description: 'messages a minute, mean of the last 10 minutes, or of the time since it was first seen' }),
}, 'Throughput')
export type Throughput = Static<typeof throughputSchema>

export const realTimeMetricsSchema = object({
  consumer_throughput: Type.Array(throughputSchema),
  producer_throughput: Type.Array(throughputSchema),
  partition_activity: partitionActivity,
  throughput_unit: names(['messages/min'], 'the unit of each value'),
  window_s: Type.Integer({ description: 'seconds that the figures cover' }),
  timestamp: time("the database's clock when this was read"),
  readings_per_second: readingsPerSecond,
  series: object({
    start: time('begin of the first step'),
    step_s: Type.Integer({ description: 'seconds in a step' }),
    readings_per_second: Type.Array(Type.Number({ minimum: 0 }),
      { description: 'readings consumed and committed to the database, mean of each whole step of the last 10 minutes, oldest first' }),
  }, 'ThroughputSeries'),
}, 'RealTimeMetrics')
export type RealTimeMetrics = Static<typeof realTimeMetricsSchema>

// GET /api/recent-alerts

export const recentAlertSchema = object({
  alert_id: Type.String(),
  sensor_id: Type.String(),
  sensor_type: Type.String(),
  anomaly_type: Type.String(),
  severity: names(['low', 'medium', 'high', 'critical'], 'how bad it is'),
  sensor_value: nullable(Type.Number({ description: 'in sensor_unit; null: the row holds NaN or Infinity, which JSON has not' })),
  sensor_unit: Type.String(),
  description: Type.String(),
  detected_by: Type.String({ description: 'consumer that found it' }),
  timestamp: time('the time of the reading'),
  sensor_alert_level: Type.String({ description: 'normal, warning or critical' }),
  status: Type.String({ description: 'active, acknowledged or resolved' }),
  episode_id: nullable(Type.String({ description: 'shared by the messages of one alarm; null: written by a program without episodes' })),
  transition: nullable(Type.String({ description: 'what changed: raised, escalated, realarmed, acknowledged, cleared, …' })),
}, 'RecentAlert')
export type RecentAlert = Static<typeof recentAlertSchema>
export const recentAlertsSchema = Type.Array(recentAlertSchema)

// GET /api/ledger

export const logGapSchema = object({
  first_offset: count('first offset that could not be consumed'),
  last_offset: nullable(count("last one; null: it isn't known how many")),
  reason: Type.String({ description: 'log_truncated, log_shorter_than_stored or topic_replaced' }),
  detail: Type.String(),
  detected_at: time('when it was noticed'),
}, 'LogGap')
export type LogGap = Static<typeof logGapSchema>

export const logLedgerSchema = object({
  topic,
  partition,
  topic_id: Type.String({ description: 'a topic that was made again has another id' }),
  generation: Type.Integer({ description: "rises when Kafka's log came back shorter than what is stored" }),
  first_offset: count('first offset that was consumed'),
  next_offset: count('one after the last that was consumed'),
  consumed: count('next_offset - first_offset'),
  stored: count('readings stored'),
  dead_lettered: count('messages kept as dead letters'),
  duplicates: count('readings that were stored before'),
  holes: count('offsets that never held a reading: transaction markers, compaction'),
  lost: count('offsets whose readings were gone from Kafka before they were consumed'),
  balance: Type.Integer({ description: 'consumed - (stored + dead_lettered + duplicates + holes + lost); anything but 0 is an error' }),
  gaps: Type.Array(logGapSchema, { description: 'the newest 20 stretches that could not be consumed' }),
  gaps_count: count('all of them'),
  alerts_pending: count('alerts that are stored and not yet published; 10000 means that many or more'),
  dead_letters_pending: count('dead letters that are stored and not yet published; 10000 means that many or more'),
  closed_at: nullable(time('when the topic was replaced; null: in use')),
}, 'LogLedger')
export type LogLedger = Static<typeof logLedgerSchema>

export const sensorLedgerSchema = object({
  sensor_id: Type.String(),
  received: count('numbered readings, without duplicates'),
  duplicates: count('readings that came again'),
  filled_late: count('readings that came after a later one'),
  missing: count('numbers below the highest received that have not come, those that are no longer waited for included'),
  missing_ranges: Type.Array(object({
    producer_epoch: Type.String(),
    first_sequence: count('first number that is missing'),
    last_sequence: count('last one'),
  }, 'MissingRange'), { description: 'the first 20' }),
}, 'SensorLedger')
export type SensorLedger = Static<typeof sensorLedgerSchema>

const sensorTotals = {
  received: count('numbered readings, without duplicates'),
  duplicates: count('readings that came again'),
  filled_late: count('readings that came after a later one'),
  missing: count('readings that never reached Kafka, as far as later ones show it'),
}

export const ledgerSchema = object({
  ok: Type.Boolean({ description: 'every reading is accounted for' }),
  verdict: Type.String({ description: '"every reading accounted for", or the reasons in one line' }),
  reasons: Type.Array(Type.String(), { description: 'empty when ok' }),
  logs: Type.Array(logLedgerSchema, { description: 'every log that was ever consumed' }),
  sensors: Type.Array(sensorLedgerSchema, { description: 'at most 100: those with most missing readings first' }),
  totals: object({
    consumed: count('over all logs'), stored: count('over all logs'), dead_lettered: count('over all logs'),
    holes: count('over all logs'), lost: count('over all logs'), log_duplicates: count('over all logs'),
    sensors: count('sensors with numbered readings'), sensors_missing: count('sensors with missing readings'), ...sensorTotals,
  }, 'LedgerTotals'),
}, 'Ledger')
export type Ledger = Static<typeof ledgerSchema>

// GET /health and every error

export const healthySchema = object({ status: names(['healthy'], 'the database answers') }, 'Healthy')
export const unhealthySchema = object({ status: names(['unhealthy'], 'the database does not answer'), reason: Type.String() }, 'Unhealthy')
export type Health = Static<typeof healthySchema> | Static<typeof unhealthySchema>

export const errorSchema = object({ error: Type.String() }, 'Error')
export type ApiError = Static<typeof errorSchema>
