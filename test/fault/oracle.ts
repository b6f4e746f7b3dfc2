import type { LoadRecord } from '../../bench/load/load.ts'
import { recordsOf } from '../../src/kafka/log-chunk.ts'
import { createLogReader } from '../../src/kafka/log-reader.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { rollupDifferences } from '../harness/rollup-differences.ts'

export interface Verdict {
  readonly acknowledged: number
  readonly stored: number
  /** Readings that are in the table more than once. */
  readonly duplicated: number
  /** Acknowledged readings that are not in the table. */
  readonly missing: number
  /** Readings in the table that Kafka was never given. */
  readonly invented: number
  /** Readings that stand in their log before one with a smaller number. */
  readonly outOfOrder: number
  readonly absorbed: number
  readonly alerts: number
  /** Alerts of the table that are not in the topic, and the other way round. */
  readonly alertsUnpublished: number
  readonly alertsUnknown: number
  /** What the tables say of themselves and isn't true. */
  readonly contradictions: readonly string[]
}

/** What is looked at: Kafka, the tables, and the names of the topics. */
export interface JudgedPlant {
  readonly cluster: { readonly brokers: readonly string[] }
  readonly pool: Pool
  readonly topics: { readonly sensor: string, readonly alerts: string }
}

interface StoredRow {
  readonly sensor_id: string
  readonly sequence: number
}

/** Compares what Kafka acknowledged with what is in the tables. */
export async function judge(plant: JudgedPlant, record: LoadRecord): Promise<Verdict> {
  const { pool } = plant
  // In the order of the log, so that one pass finds what is twice and what is out of order.
  const { rows } = await pool.query<StoredRow>(
    `select s.sensor_id, r.sequence from reading r join sensors s using (sensor_key) join batch b using (batch_id)
     join sensor_version v on v.version_key = r.version_key
     where v.producer_epoch = $1 order by s.sensor_id, b.log_key, b.first_offset + r.offset_in_batch`, [record.epoch])
  const stored = new Map<string, Map<number, number>>()
  let outOfOrder = 0
  let newest = { sensor: '', sequence: 0 }
  for (const { sensor_id: sensor, sequence } of rows) {
    if (newest.sensor === sensor && sequence < newest.sequence) outOfOrder++
    newest = { sensor, sequence: newest.sensor === sensor ? Math.max(sequence, newest.sequence) : sequence }
    let sequences = stored.get(sensor)
    if (sequences === undefined) stored.set(sensor, sequences = new Map())
    sequences.set(sequence, (sequences.get(sequence) ?? 0) + 1)
  }

  let missing = 0
  let acknowledged = 0
  let allowed = 0
  for (const sensor of record.sensors) {
    const sequences = stored.get(sensor.sensorId) ?? new Map<number, number>()
    for (const [from, to] of sensor.acknowledged) {
      for (let sequence = from; sequence <= to; sequence++) {
        acknowledged++
        if (sequences.has(sequence)) allowed++
        else missing++
      }
    }
    for (const [from, to] of sensor.unknown) for (let sequence = from; sequence <= to; sequence++) if (sequences.has(sequence)) allowed++
  }
  const distinct = [...stored.values()].reduce((sum, sequences) => sum + sequences.size, 0)
  const alerts = await judgeAlerts(plant)
  return {
    acknowledged, stored: rows.length, duplicated: rows.length - distinct, missing, invented: distinct - allowed, outOfOrder,
    absorbed: await absorbed(pool), ...alerts, contradictions: await contradictions(plant),
  }
}

/** Whether so many readings were consumed, all of them rolled up, and all their alerts published. */
export async function drained({ pool }: JudgedPlant, acknowledged: number): Promise<boolean> {
  const { rows } = await pool.query<{ consumed: number, pending: number, behind: boolean }>(
    `select sum(next_offset - first_offset)::int8 as consumed,
       bool_or(next_offset is distinct from (select next_offset from rollup_position r where r.log_key = l.log_key)) as behind,
       (select count(*) from alerts a join outbox_position o on o.log_key = a.log_key and o.kind = 'alert' and a.kafka_offset >= o.next_offset) as pending
     from partition_log l`)
  return (rows[0]?.consumed ?? 0) >= acknowledged && rows[0]?.pending === 0 && !rows[0].behind
}

async function absorbed(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ duplicates: number }>('select sum(duplicates)::int8 as duplicates from partition_log')
  return rows[0]?.duplicates ?? 0
}

async function judgeAlerts({ pool, cluster, topics }: JudgedPlant): Promise<Pick<Verdict, 'alerts' | 'alertsUnpublished' | 'alertsUnknown'>> {
  // Of readings: when the load is over its sensors go silent, while this looks.
  const { rows } = await pool.query<{ alert_id: string }>('select alert_id from alerts where log_key is not null')
  const inTable = new Set(rows.map((row) => row.alert_id))
  const published = new Set<string>()
  const reader = createLogReader({ brokers: cluster.brokers, clientId: 'oracle' }, topics.alerts)
  try {
    const bounds = await reader.bounds([0, 1])
    const ends = new Map([...bounds].map(([partition, { end }]) => [partition, end]))
    const done = new AbortController()
    const finishWhenRead = (): void => { if ([...ends.values()].every((left) => left <= 0)) done.abort() }
    for (const [partition, { first, end }] of bounds) ends.set(partition, end - first)
    finishWhenRead()
    await reader.read(new Map([...bounds].map(([partition, { topicId, first }]) => [partition, { topicId, offset: first }])), async (slice) => {
      for (const { value } of recordsOf(slice)) {
        const { alert_id: id, anomaly_type: rule } = JSON.parse(String(value)) as { alert_id: string, anomaly_type: string }
        if (rule !== 'stale_signal') published.add(id)
      }
      ends.set(slice.partition, (ends.get(slice.partition) ?? 0) - (slice.nextOffset - slice.firstOffset))
      finishWhenRead()
    }, done.signal)
  } finally {
    await reader.close()
  }
  return {
    alerts: inTable.size,
    alertsUnpublished: [...inTable].filter((id) => !published.has(id)).length,
    alertsUnknown: [...published].filter((id) => !inTable.has(id)).length,
  }
}

/** The ledger's own sums, against the tables and against Kafka. */
async function contradictions({ pool, cluster, topics }: JudgedPlant): Promise<string[]> {
  const found: string[] = []
  const { rows: logs } = await pool.query<{ log_key: number, partition: number, next_offset: number, balance: number, stored: number, rows: number }>(
    `select l.log_key, l.partition, l.next_offset, l.stored,
       l.next_offset - l.first_offset - l.stored - l.dead_lettered - l.duplicates - l.holes - l.lost as balance,
       (select count(*) from reading r join batch b using (batch_id) where b.log_key = l.log_key) as rows
     from partition_log l`)
  const reader = createLogReader({ brokers: cluster.brokers, clientId: 'oracle' }, topics.sensor)
  const bounds = await reader.bounds([0, 1, 2])
  await reader.close()
  if (logs.length !== 3) found.push(`${logs.length} logs instead of 3`)
  for (const log of logs) {
    if (log.balance !== 0) found.push(`partition ${log.partition}: balance ${log.balance}`)
    if (log.stored !== log.rows) found.push(`partition ${log.partition}: ${log.stored} stored, ${log.rows} rows`)
    const end = bounds.get(log.partition)?.end
    if (log.next_offset !== end) found.push(`partition ${log.partition}: next offset ${log.next_offset}, Kafka's end ${end}`)
  }
  const { rows: epochs } = await pool.query<{ wrong: number }>(
    `select count(*)::int as wrong from producer_epoch e
     where received <> (select count(*) from reading r join sensor_version v using (version_key)
       where v.sensor_key = e.sensor_key and v.producer_epoch = e.producer_epoch)`)
  if (epochs[0]?.wrong !== 0) found.push(`${epochs[0]?.wrong} producer epochs with another count than the table has`)
  found.push(...await rollupDifferences(pool), ...await alarmContradictions(pool))
  return found
}

/** No alarm is lost, none is there twice, and each is what its events made of it. */
async function alarmContradictions(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ contradiction: string }>(`
    select 'no alarm of the critical ' || sensor_key as contradiction from sensor_state s
    where last_level = 2 and not exists (
      select from alarm a where a.sensor_key = s.sensor_key and a.rule = 'critical_threshold_violation' and ended_at is null and condition_active)
    union all
    select 'alarm ' || episode_id || ' is ' || a.state || ', its last event says ' || coalesce(e.state, 'nothing') from alarm a
    left join lateral (select state from alarm_event where episode_id = a.episode_id order by event_id desc limit 1) e on true
    where a.state is distinct from e.state
    union all
    select 'alarm ' || episode_id || ' was raised ' || count(*) || ' times before it was cleared' from (
      select episode_id, transition, lag(transition) over (partition by episode_id order by event_id) as before
      from alarm_event where transition in ('raised', 'cleared')) e
    where transition = before group by episode_id
    union all
    select 'event ' || event_id || ' has no message' from alarm_event e
    where announced and not exists (select from alerts where alert_id = e.alert_id)
    limit 10`)
  return rows.map(({ contradiction }) => contradiction)
}
