import { Type } from 'typebox'
import type { Static } from 'typebox'
import { openAlarmsSchema } from './alarm-api.ts'
import {
  consumersSchema, ledgerSchema, partitionAssignmentSchema, producersSchema, realTimeMetricsSchema, rebalancingEventSchema,
  recentAlertsSchema, systemStatusSchema,
} from './api.ts'

// GET /api/stream, server-sent events: `event: <section>`, `data: <the section's JSON>`. After the connect each section comes
// once, from then on whenever it changed, whole. Apart from the sections there is `event: heartbeat`, which shows that the
// connection lives and tells the service's clock; a comment would not do, as EventSource hides comments from the page.

/** The page's own lamp: whether the service reaches its database and Kafka. Sent at once, also while the database is down. */
export const streamHealthSchema = Type.Object({
  status: Type.Unsafe<'healthy' | 'unhealthy'>({ type: 'string', enum: ['healthy', 'unhealthy'] }),
  /** Only while unhealthy. */
  reason: Type.Optional(Type.String()),
  /** Begin of the present status, by the service's clock. */
  since: Type.String({ format: 'date-time' }),
  kafka: Type.Object({
    status: Type.Unsafe<'healthy' | 'unhealthy' | 'unknown'>({ type: 'string', enum: ['healthy', 'unhealthy', 'unknown'] }),
    reason: Type.Optional(Type.String()),
    since: Type.String({ format: 'date-time' }),
  }),
})
export type StreamHealth = Static<typeof streamHealthSchema>

/** What the data of each event is. While the database is down only `health` is sent; the page keeps the rest as it was. */
export const streamSchemas = {
  health: streamHealthSchema,
  status: systemStatusSchema,
  consumers: consumersSchema,
  producers: producersSchema,
  partitions: partitionAssignmentSchema,
  metrics: realTimeMetricsSchema,
  alerts: recentAlertsSchema,
  alarms: openAlarmsSchema,
  /** The newest 50, newest first. */
  rebalances: Type.Array(rebalancingEventSchema),
  ledger: ledgerSchema,
}

export type StreamSection = keyof typeof streamSchemas
export type StreamData = { [Section in StreamSection]: Static<(typeof streamSchemas)[Section]> }

export const STREAM_SECTIONS = Object.keys(streamSchemas) as StreamSection[]

/** The data of `event: heartbeat`. */
export const streamHeartbeatSchema = Type.Object({
  /** The service's clock, to show ages by. */
  timestamp: Type.String({ format: 'date-time' }),
})
export type StreamHeartbeat = Static<typeof streamHeartbeatSchema>

/** A heartbeat comes at least this often; a client that hears nothing for three times as long should connect again. */
export const STREAM_HEARTBEAT_MS = 3_000
