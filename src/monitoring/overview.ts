import type { StreamData, StreamSection } from '../contract/stream.ts'
import type { PartitionState as KafkaPartition } from '../kafka/topic-reader.ts'
import type { Client } from '../postgres/pool.ts'
import { readSuppressions } from '../postgres/machine-suppression.ts'
import { countLearningSensors, countOpenAlarms, readLargeGroups, readLatestAlarmEvent, readOpenAlarms } from '../postgres/read-alarms.ts'
import { readRecentAlerts } from '../postgres/read-alerts.ts'
import { readBatchesFrom, readLatestBatches } from '../postgres/read-batches.ts'
import { readConsumerHealth, readProducerHealth } from '../postgres/read-health.ts'
import type { ConsumerHealthRow, ProducerHealthRow } from '../postgres/read-health.ts'
import { readLogs } from '../postgres/read-logs.ts'
import type { LogRow } from '../postgres/read-logs.ts'
import { readRebalances } from '../postgres/read-rebalances.ts'
import { readClock } from '../postgres/snapshot.ts'
import { buildOpenAlarms } from './alarm-shape.ts'
import { WINDOW_S, createCommittedCounts } from './committed-counts.ts'
import { createCounterRates } from './counter-rates.ts'
import type { CounterRates } from './counter-rates.ts'
import type { Outage } from './freshness.ts'
import { buildLedger, readLedgerRows } from './ledger.ts'
import { createReadPace } from './read-pace.ts'
import {
  TOTAL_KEY, buildAlerts, buildConsumers, buildMetrics, buildPartitions, buildProducers, buildRebalances, buildStatus, consumerKey,
  currentLogs, knownPartitions, partitionKey,
} from './sections.ts'

/** Everything but `health`, which is known without the database. */
export type Section = Exclude<StreamSection, 'health'>

/** The sections as of the last reading of the database, and what has to be remembered between two readings. */
export interface Overview {
  /** Empty before the first reading; `ledger` only after it was asked for. */
  readonly sections: Readonly<Partial<Pick<StreamData, Section>>>
  /** Reads the database once. */
  read(client: Client, reading: Reading): Promise<void>
}

export interface Reading {
  /** Read anew whatever they cost; the others at their own pace. */
  readonly asked: ReadonlySet<Section>
  /** Somebody sees all sections all the time. */
  readonly watched: boolean
  /** The database was not to be reached before this reading. */
  readonly recovered: boolean
}

const LEDGER_SPACING_MS = 500
const MOST_ALARMS = 200
/** From one reading of the alarms to the next while none of them changes but in its figures: 10,000 open ones take 16 ms. */
const ALARMS_SPACING_MS = 800
/** Everybody had the time to write again, however slow. */
const OUTAGE_REMEMBERED_MS = 3_600_000
/** These are made from the rows of `producer_health`. */
const FROM_PRODUCERS: readonly Section[] = ['producers', 'status', 'metrics']

export function createOverview(topic: string, kafkaPartitions: () => ReadonlyMap<number, KafkaPartition>): Overview {
  const counts = createCommittedCounts()
  const consumerCounters = createCounterRates()
  const producerCounters = createCounterRates()
  /** How far the batches of each log were counted. */
  const counted = new Map<number, number>()
  const producersPace = createReadPace(0)
  const alarmsPace = createReadPace(ALARMS_SPACING_MS)
  const ledgerPace = createReadPace(LEDGER_SPACING_MS)
  const sections: Partial<Pick<StreamData, Section>> = {}
  let producerRows: readonly ProducerHealthRow[] = []
  let latestAlarmEvent = -1
  let outageEndedMs = -Infinity
  let activeConsumersBefore: ReadonlySet<string> = new Set()
  let activeProducersBefore: ReadonlySet<string> = new Set()

  async function read(client: Client, { asked, watched, recovered }: Reading): Promise<void> {
    const nowMs = await readClock(client)
    const consumerRows = await readConsumerHealth(client)
    const readsProducers = producersPace.due() || FROM_PRODUCERS.some((section) => asked.has(section))
    if (readsProducers) producerRows = await producersPace.timed(() => readProducerHealth(client))
    const logs = await readLogs(client)
    const current = currentLogs(logs, topic)
    await countBatches(client, current)
    sections.rebalances = buildRebalances(await readRebalances(client))
    sections.alerts = buildAlerts(await readRecentAlerts(client))
    await readAlarms(client)
    if (asked.has('ledger') || (watched && ledgerPace.due())) {
      sections.ledger = buildLedger(await ledgerPace.timed(() => readLedgerRows(client, logs)))
    }

    if (recovered) rememberOutage(nowMs)
    counts.prune(nowMs)
    observe(consumerCounters, consumerRows)
    const consumers = buildConsumers(consumerRows, outageOf(activeConsumersBefore, nowMs), counts, consumerCounters, nowMs)
    if (readsProducers) {
      observe(producerCounters, producerRows)
      sections.producers = buildProducers(producerRows, outageOf(activeProducersBefore, nowMs), producerCounters)
    }
    const producers = sections.producers ?? []
    const kafka = kafkaPartitions()
    const known = knownPartitions(current, kafka, consumers)
    sections.consumers = consumers
    sections.status = buildStatus(consumers, producers, sections.rebalances)
    sections.partitions = buildPartitions({ topic, known, logs: current, kafka, consumers, counts, nowMs })
    sections.metrics = buildMetrics({
      consumers: consumerRows, producers: producerRows, known, counts, consumerCounters, producerCounters, nowMs,
    })
  }

  async function readAlarms(client: Client): Promise<void> {
    const latest = await readLatestAlarmEvent(client)
    if (latest === latestAlarmEvent && !alarmsPace.due()) return
    latestAlarmEvent = latest
    sections.alarms = await alarmsPace.timed(async () => buildOpenAlarms(
      await readOpenAlarms(client, MOST_ALARMS), await countOpenAlarms(client), await readLargeGroups(client, MOST_ALARMS),
      await readSuppressions(client, MOST_ALARMS), await countLearningSensors(client)))
  }

  /** Adds what was committed since the last reading; of a log that is new to us the last ten minutes. */
  async function countBatches(client: Client, logs: ReadonlyMap<number, LogRow>): Promise<void> {
    const current = [...logs.values()]
    const unseen = current.filter((log) => !counted.has(log.logKey))
    const moved = current.flatMap((log) => {
      const from = counted.get(log.logKey)
      return from !== undefined && from < log.nextOffset ? [{ logKey: log.logKey, nextOffset: from }] : []
    })
    const committed = [
      ...moved.length === 0 ? [] : await readBatchesFrom(client, moved),
      ...unseen.length === 0 ? [] : await readLatestBatches(client, unseen.map((log) => log.logKey), WINDOW_S),
    ]
    const partitions = new Map(current.map((log) => [log.logKey, log.partition]))
    for (const log of unseen) counted.set(log.logKey, log.nextOffset)
    for (const { logKey, consumerId, second, count, nextOffset } of committed) {
      counts.add(partitionKey(partitions.get(logKey) as number), second, count)
      counts.add(consumerKey(consumerId), second, count)
      counts.add(TOTAL_KEY, second, count)
      counted.set(logKey, Math.max(nextOffset, counted.get(logKey) ?? 0))
    }
  }

  function rememberOutage(nowMs: number): void {
    outageEndedMs = nowMs
    activeConsumersBefore = activeIds(sections.consumers ?? [], (consumer) => consumer.consumer_id)
    activeProducersBefore = activeIds(sections.producers ?? [], (producer) => producer.producer_id)
  }

  function outageOf(activeBefore: ReadonlySet<string>, nowMs: number): Outage | null {
    const endedAgoMs = nowMs - outageEndedMs
    return endedAgoMs < OUTAGE_REMEMBERED_MS ? { endedAgoMs, activeBefore } : null
  }

  return { sections, read }
}

function observe(counters: CounterRates, rows: readonly (ConsumerHealthRow | ProducerHealthRow)[]): void {
  for (const row of rows) counters.observe(row.id, row.lastHeartbeatMs, row.total)
  counters.keep(new Set(rows.map((row) => row.id)))
}

function activeIds<T extends { status: string }>(components: readonly T[], idOf: (component: T) => string): Set<string> {
  return new Set(components.filter((component) => component.status === 'active').map(idOf))
}
