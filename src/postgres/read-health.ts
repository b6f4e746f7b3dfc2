import type { Queryable } from './pool.ts'

/** What a consumer or producer wrote of itself last. */
export interface HealthRow {
  readonly id: string
  readonly reportedStatus: string
  /** Milliseconds since 1970: ten thousand dates cost more to parse than to read. */
  readonly lastHeartbeatMs: number
  /** By the database's clock. */
  readonly ageMs: number
  /** How often its heart beats; null where it isn't known yet. */
  readonly intervalMs: number | null
  readonly total: number
  readonly lastMinute: number
  /** Milliseconds since 1970. */
  readonly createdMs: number
}

export interface ConsumerHealthRow extends HealthRow {
  /** As written: ours write numbers, other programs whatever they like. */
  readonly assignedPartitions: unknown
}

export interface ProducerHealthRow extends HealthRow {
  readonly sensorType: string | null
  /** Counts that our producers keep in `metadata`; of another program's rows anything. */
  readonly buffered: unknown
  readonly dropped: unknown
}

/** As long as the topics keep readings: one that stops on a Friday is still shown on Monday, one that was taken away goes by itself. */
const KNOWN = `interval '7 days'`
const MAX_ROWS = 50_000

/** A heartbeat from a clock that runs ahead would keep a dead program alive: the time of the write is the later bound. */
const COLUMNS = `status as "reportedStatus", heartbeat_interval_ms as "intervalMs",
  (extract(epoch from last_heartbeat) * 1000)::float8 as "lastHeartbeatMs",
  (extract(epoch from now() - least(last_heartbeat, updated_at)) * 1000)::float8 as "ageMs",
  (extract(epoch from created_at) * 1000)::float8 as "createdMs"`
const RECENT = `where last_heartbeat > now() - ${KNOWN} and last_heartbeat < 'infinity'`

/** It is, or was, the device of a sensor that is decommissioned, or that has another device since. */
const OUT_OF_THE_PLANT = `
  select from (
    select sensor_id as id, status, replaced_at from sensors where status = 'decommissioned' or replaced_at is not null
    union all select alias_id, status, replaced_at from sensor_alias join sensors using (sensor_key)) as changed
  where id = producer_id and (changed.status = 'decommissioned' or replaced_at > last_heartbeat)`

export async function readConsumerHealth(db: Queryable): Promise<ConsumerHealthRow[]> {
  const { rows } = await db.query<ConsumerHealthRow>(`
    select consumer_id as id, ${COLUMNS}, assigned_partitions as "assignedPartitions",
      ${counter('total_messages_processed')} as total, ${counter('messages_processed_last_minute')} as "lastMinute"
    from consumer_health ${RECENT} order by consumer_id limit ${MAX_ROWS}`)
  return rows
}

export async function readProducerHealth(db: Queryable): Promise<ProducerHealthRow[]> {
  const { rows } = await db.query<ProducerHealthRow>(`
    select producer_id as id, ${COLUMNS}, sensor_type as "sensorType",
      metadata -> 'buffered' as buffered, metadata -> 'dropped' as dropped,
      ${counter('total_messages_sent')} as total, ${counter('messages_sent_last_minute')} as "lastMinute"
    from producer_health ${RECENT} and not exists (${OUT_OF_THE_PLANT}) order by producer_id limit ${MAX_ROWS}`)
  return rows
}

/** A counter that another program filled with nonsense must not stop the page: it is kept within what a number holds. */
function counter(column: string): string {
  return `greatest(0, least(${column}, ${Number.MAX_SAFE_INTEGER}))`
}
