import type { TSchema } from 'typebox'
import { Compile } from 'typebox/schema'
import {
  consumersSchema, errorSchema, healthySchema, partitionAssignmentSchema, producersSchema, realTimeMetricsSchema, recentAlertsSchema,
  systemStatusSchema,
} from '../../contract/api.ts'

/** What one path must answer: as our schema says, and with the fields that programs outside rely on, whatever the schema says. */
export interface PathContract {
  readonly path: string
  readonly status: number
  readonly schema: TSchema
  /** `status.consumers.active_count`; `[]` is each element of a list: `rebalancing_events[].timestamp`. */
  readonly fields: readonly string[]
}

const counts = (component: string): string[] => under(`status.${component}`, 'active_count', 'total_count', 'last_activity')

/** Written down apart from the schemas, which may grow: what is here is never renamed or removed. */
export const API_CONTRACT: readonly PathContract[] = [
  {
    path: '/api/system-status', status: 200, schema: systemStatusSchema,
    fields: [
      ...counts('consumers'), ...counts('producers'),
      'rebalancing_events', ...under('rebalancing_events[]', 'event_type', 'consumer_id', 'partition_number', 'timestamp'),
    ],
  },
  {
    path: '/api/consumer-health', status: 200, schema: consumersSchema,
    fields: under('[]', 'consumer_id', 'status', 'assigned_partitions', 'last_heartbeat', 'total_messages_processed'),
  },
  {
    path: '/api/producer-health', status: 200, schema: producersSchema,
    fields: under('[]', 'producer_id', 'sensor_type', 'status', 'last_heartbeat', 'total_messages_sent', 'messages_sent_last_minute'),
  },
  {
    path: '/api/partition-assignment', status: 200, schema: partitionAssignmentSchema,
    fields: ['assignments', 'partition_activity', ...under('assignments[]', 'consumer_id', 'assigned_partitions', 'status', 'last_heartbeat')],
  },
  {
    path: '/api/real-time-metrics', status: 200, schema: realTimeMetricsSchema,
    fields: [
      'consumer_throughput', 'producer_throughput', 'partition_activity',
      ...under('consumer_throughput[]', 'component_id', 'value'), ...under('producer_throughput[]', 'component_id', 'value'),
    ],
  },
  {
    path: '/api/recent-alerts', status: 200, schema: recentAlertsSchema,
    fields: under('[]', 'alert_id', 'sensor_id', 'sensor_type', 'anomaly_type', 'severity', 'sensor_value', 'sensor_unit', 'description',
      'detected_by', 'timestamp'),
  },
  { path: '/health', status: 200, schema: healthySchema, fields: ['status'] },
  { path: '/api/there-is-no-such-path', status: 404, schema: errorSchema, fields: ['error'] },
]

function under(parent: string, ...names: readonly string[]): string[] {
  return names.map((name) => `${parent}.${name}`)
}

/** What is wrong with the JSON of an answer, or null. */
export function contractProblem(body: unknown, { schema, fields }: Pick<PathContract, 'schema' | 'fields'>): string | null {
  const missing = fields.filter((field) => !hasField(body, field.split('.')))
  if (missing.length > 0) return `without ${missing.join(', ')}`
  return schemaProblem(schema, body)
}

/** The first thing that isn't as the schema says, or null. */
export function schemaProblem(schema: TSchema, body: unknown): string | null {
  const [matches, errors] = Compile(schema).Errors(body)
  if (matches) return null
  const first = errors[0]
  return first === undefined ? 'not as described' : `${first.instancePath === '' ? 'the answer' : first.instancePath} ${first.message}`
}

function hasField(value: unknown, path: readonly string[]): boolean {
  const [step, ...rest] = path
  if (step === undefined) return true
  const name = step.replace(/\[\]$/, '')
  if (name !== '' && (typeof value !== 'object' || value === null || !Object.hasOwn(value, name))) return false
  const inner: unknown = name === '' ? value : (value as Record<string, unknown>)[name]
  if (!step.endsWith('[]')) return hasField(inner, rest)
  return Array.isArray(inner) && inner.every((element) => hasField(element, rest))
}
