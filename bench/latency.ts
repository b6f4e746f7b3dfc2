import { setTimeout as sleep } from 'node:timers/promises'
import type { Alert } from '../src/contract/alert.ts'
import type { StreamData } from '../src/contract/stream.ts'
import { recordsOf } from '../src/kafka/log-chunk.ts'
import { createLogReader } from '../src/kafka/log-reader.ts'
import { freePorts } from '../src/local/process/ports.ts'
import type { Pool } from '../src/postgres/pool.ts'
import { createLog } from '../src/runtime/log.ts'
import { COMMIT_POLL_MS, tableLatencies, wallClockMs, watchCommits } from './commits.ts'
import { startConsumers } from './consumers.ts'
import { startLoad } from './load/load.ts'
import { ALERT_TOPIC, SENSOR_TOPIC, withPlant } from './plant.ts'
import type { BenchPlant } from './plant.ts'
import { loadNow, machineLine, progress, quantile, table, whole, writeResults } from './report.ts'
import { readStored } from './stored.ts'
import { waitUntil } from './wait-until.ts'

export interface LatencyOptions {
  readonly ratePerS: number
  readonly seconds: number
  readonly sensors: number
}

const CONSUMERS = 3
/** Not counted: the first commits register the sensors, and the code is not compiled yet. */
const WARM_UP_S = 10
/** What was made last may take so long to be everywhere. */
const SETTLE_MS = 3_000

/** From a reading made to where it shows, at a steady rate. Prints, and writes bench/results/latency.md. */
export async function benchLatency(options: LatencyOptions): Promise<void> {
  const { ratePerS, seconds, sensors } = options
  const loadAtStart = loadNow()
  await withPlant(async (plant) => {
    const { url, pool } = await plant.createDatabase()
    const monitoringUrl = await startServices(plant, url, pool)
    const stop = new AbortController()
    const commits = watchCommits(pool, stop.signal)
    const messages = await watchAlertTopic(plant.brokers, stop.signal)
    const viewer = await watchStream(monitoringUrl, stop.signal)

    progress(`${ratePerS} readings/s for ${WARM_UP_S} s of warm-up and ${seconds} s that count`)
    const countedFromMs = Date.now() + WARM_UP_S * 1000
    const load = await startLoad({
      brokers: plant.brokers, topic: SENSOR_TOPIC, sensors, ratePerS, seed: 'latency', durationS: WARM_UP_S + seconds, log: createLog('load', 'error'),
    }).done
    await waitUntil('all readings are stored', async () => (await readStored(pool)).readings >= load.counts.acknowledged)
    await sleep(SETTLE_MS)
    stop.abort()
    await commits.done
    await messages.done

    const inTable = await tableLatencies(pool, commits.seen, countedFromMs)
    const inTopic = latenciesOf(messages.seen, countedFromMs)
    const atViewer = latenciesOf(viewer.seen, countedFromMs)
    const machine = await machineLine(pool, loadAtStart)
    report({ options, machine, inTable, inTopic, atViewer, longestAcknowledgementMs: load.longestWaitMs, heldBack: load.heldBack })
  })
}

async function startServices(plant: BenchPlant, databaseUrl: string, pool: Pool): Promise<string> {
  const [port = 0] = await freePorts(1)
  await plant.startService('monitoring', {
    main: 'src/monitoring/main.ts',
    env: { KAFKA_BROKERS: plant.brokers.join(','), DATABASE_URL: databaseUrl, MONITORING_PORT: String(port) },
  })
  await startConsumers(plant, { processes: CONSUMERS, group: 'latency', databaseUrl })
  const monitoringUrl = `http://127.0.0.1:${port}`
  await waitUntil('the monitoring service answers', () => fetch(`${monitoringUrl}/health`).then((answer) => answer.ok, () => false))
  await waitUntil('each consumer has a partition', async () => (await readStored(pool)).owners === CONSUMERS)
  return monitoringUrl
}

/** When an alert was seen for the first time, and when its reading was made; both in milliseconds since 1970. */
interface SeenAlert {
  readonly seenMs: number
  readonly madeMs: number
}

function latenciesOf(seen: ReadonlyMap<string, SeenAlert>, countedFromMs: number): number[] {
  return [...seen.values()].filter(({ madeMs }) => madeMs >= countedFromMs).map(({ seenMs, madeMs }) => seenMs - madeMs)
}

interface AlertWatch {
  readonly seen: ReadonlyMap<string, SeenAlert>
  readonly done: Promise<void>
}

async function watchAlertTopic(brokers: readonly string[], signal: AbortSignal): Promise<AlertWatch> {
  const seen = new Map<string, SeenAlert>()
  const reader = createLogReader({ brokers, clientId: 'bench' }, ALERT_TOPIC)
  const bounds = await reader.bounds([0, 1])
  const positions = new Map([...bounds].map(([partition, { topicId, end }]) => [partition, { topicId, offset: end }]))
  const reading = reader.read(positions, async (chunk) => {
    const seenMs = wallClockMs()
    for (const { value } of recordsOf(chunk)) {
      const { alert_id: id, timestamp } = JSON.parse(String(value)) as Alert
      if (!seen.has(id)) seen.set(id, { seenMs, madeMs: Date.parse(timestamp) })
    }
  }, signal)
  return { seen, done: reading.then(() => reader.close()) }
}

/** One viewer of the page: the newest alerts as they come by `/api/stream`. */
async function watchStream(monitoringUrl: string, signal: AbortSignal): Promise<Pick<AlertWatch, 'seen'>> {
  const seen = new Map<string, SeenAlert>()
  const answer = await fetch(`${monitoringUrl}/api/stream`, { signal })
  if (!answer.ok || answer.body === null) throw new Error(`/api/stream answers ${answer.status}`)
  const body = answer.body

  async function read(): Promise<void> {
    const decoder = new TextDecoder()
    let text = ''
    for await (const chunk of body) {
      text += decoder.decode(chunk as Uint8Array, { stream: true })
      const events = text.split('\n\n')
      text = events.pop() ?? ''
      for (const event of events) {
        if (!/^event: ?alerts$/m.test(event)) continue
        const seenMs = wallClockMs()
        for (const { alert_id: id, timestamp } of JSON.parse(/^data: ?(.*)$/m.exec(event)?.[1] ?? '[]') as StreamData['alerts']) {
          if (!seen.has(id)) seen.set(id, { seenMs, madeMs: Date.parse(timestamp) })
        }
      }
    }
  }
  // It ends by the abort, which is an error to fetch.
  read().catch((error: unknown) => { if (!signal.aborted) throw error })
  return { seen }
}

interface Outcome {
  readonly options: LatencyOptions
  readonly machine: string
  readonly inTable: readonly number[]
  readonly inTopic: readonly number[]
  readonly atViewer: readonly number[]
  readonly longestAcknowledgementMs: number
  readonly heldBack: boolean
}

function report({ options, machine, inTable, inTopic, atViewer, longestAcknowledgementMs, heldBack }: Outcome): void {
  const row = (name: string, values: readonly number[], aim: string): string[] => {
    const quantiles = [0.5, 0.9, 0.99, 1].map((share) => `${Math.round(quantile(values, share))} ms`)
    return [name, whole(values.length), ...quantiles, aim]
  }
  writeResults('latency', 'Latency: from a reading made to where it shows', [
    machine,
    table(['', 'count', 'p50', 'p90', 'p99', 'max', 'aim, p99'], [
      row('visible in the table', inTable, '500 ms'),
      row('its alert in the topic', inTopic, ''),
      row('its alert at a viewer of the page (SSE)', atViewer, '1000 ms'),
    ]),
    `${whole(options.ratePerS)} readings/s of ${options.sensors} simulated sensors for ${options.seconds} s after ${WARM_UP_S} s of warm-up; `
    + `${CONSUMERS} consumers and the monitoring service. Made is the reading's own time; all clocks are this machine's. Visible in the table is `
    + `when a reader on another connection, which looks every ${COMMIT_POLL_MS} ms, sees the offset that the same transaction moved. A viewer gets the `
    + 'newest 50 alerts at most five times a second; what more than 50 newer ones push out between two of these it never sees, and is not counted. '
    + `The longest time until Kafka acknowledged a reading was ${Math.round(longestAcknowledgementMs)} ms, which is part of all three.`
    + (heldBack ? ' THE RATE WAS NOT KEPT: Kafka did not take it.' : ''),
  ])
}
