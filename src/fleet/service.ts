import { setTimeout as sleep } from 'node:timers/promises'
import { SENSOR_TYPES } from '../contract/sensor-types.ts'
import { topicSettings } from '../contract/topics.ts'
import { createBatchProducer } from '../kafka/batch-producer.ts'
import { classifyKafka } from '../kafka/errors.ts'
import { ensureTopics } from '../kafka/topics.ts'
import { createPool } from '../postgres/pool.ts'
import { recordProducerBeat } from '../postgres/producer-health.ts'
import { whenMigrated } from '../postgres/when-migrated.ts'
import { ExitError, messageOf } from '../runtime/errors.ts'
import { startHeartbeat } from '../runtime/heartbeat.ts'
import { createLog } from '../runtime/log.ts'
import type { Log } from '../runtime/log.ts'
import { createMinuteCount } from '../runtime/minute-count.ts'
import { withRetry } from '../runtime/retry.ts'
import { runBackfill } from './backfill.ts'
import type { FleetConfig } from './config.ts'
import { waitForConsumers } from './consumer-lag.ts'
import { epochOf } from './epoch.ts'
import { createFleetSensors, readingMaker } from './fleet-sensors.ts'
import { startFleetToKafka } from './fleet-to-kafka.ts'
import type { FleetToKafka } from './fleet-to-kafka.ts'
import { openGroundTruth } from './ground-truth.ts'
import { runLive } from './live.ts'
import { createProgress } from './progress.ts'
import type { ProgressCounts } from './progress.ts'

/** A fleet that runs. */
export interface Fleet {
  /** What this life of the fleet is called in its readings. */
  readonly epoch: string
  readonly counts: ProgressCounts
  /**
   * Resolves with the counts at the end of the time or of the history, when everything is acknowledged, and after `close`. Rejects, with an
   * `ExitError` where a person can mend it, when it can't go on.
   */
  readonly done: Promise<ProgressCounts>
  /** Makes no more readings, and gives those that are left 5 s to be acknowledged. Safe to call twice. */
  close(): Promise<void>
}

const HEARTBEAT_MS = 2_000
const PROGRESS_MS = 2_000
const FLUSH_MS = 5_000
const CLOSE_MS = 500

/** Waits for Kafka, and then makes readings. `print` gets a line about the progress every 2 s, and one at the end. */
export function startFleet(config: FleetConfig, log: Log, print: (line: string) => void): Fleet {
  const name = nameOf(config)
  const epoch = epochOf(config)
  const kafka = { brokers: config.brokers, clientId: name, security: config.kafkaSecurity }
  const fromMs = config.history?.fromMs ?? Date.now()
  const truth = openGroundTruth(config.truthFile, fromMs, ({ type }) => SENSOR_TYPES[type].base)
  const pool = createPool(config.databaseUrl, {
    applicationName: name, max: 1, onIdleError: (error) => { log.debug({ err: error }, 'an idle database connection broke') },
  })
  const stop = new AbortController()
  const stopped = new Promise<never>((_resolve, reject) => { stop.signal.addEventListener('abort', () => { reject(new Error('stopped')) }) })
  stopped.catch(() => undefined)
  const abandon = new AbortController()
  const sentLastMinute = createMinuteCount()
  const progress = createProgress()
  let toKafka: FleetToKafka | undefined
  let made = 0
  let skipped = 0
  let timeMs = config.history?.fromMs ?? null
  let reported = 0

  function counts(): ProgressCounts {
    return { made, skipped, timeMs, ...toKafka?.counts ?? { acknowledged: 0, waiting: 0, dropped: 0 } }
  }

  async function beat(status: 'active' | 'inactive'): Promise<void> {
    const { acknowledged, waiting, dropped } = counts()
    await whenMigrated(config.databaseUrl, () => recordProducerBeat(pool, {
      producerId: name, sensorType: 'fleet', status, heartbeatIntervalMs: HEARTBEAT_MS, epoch, buffered: waiting, dropped,
      sentInEpoch: acknowledged, sentSinceLastBeat: acknowledged - reported, sentLastMinute: sentLastMinute.total(), sensors: config.sensors.length,
    }))
    reported = acknowledged
  }

  async function partitionCount(): Promise<number> {
    const producer = createBatchProducer(kafka, config.sensorTopic, config.compression)
    try {
      return await withRetry(async () => {
        await ensureTopics(kafka, topicSettings(config.sensorTopic, config.alertTopic))
        return producer.partitionCount()
      }, {
        classify: classifyKafka, signal: stop.signal,
        onRetry: (error, attempt) => { if (attempt === 1) log.warn({ reason: messageOf(error) }, 'waiting for Kafka') },
      })
    } finally {
      await producer.close().catch(() => undefined)
    }
  }

  async function makeAll(way: FleetToKafka, partitions: number): Promise<void> {
    const groups = createFleetSensors(config, epoch, partitions)
    const makeReading = readingMaker(config, { push: (...reading) => { made++; way.push(...reading) } }, truth)
    const { history, minutes, databaseUrl } = config
    const { signal } = stop
    if (history === null) {
      const startMs = Date.now()
      await runLive({
        groups, fromMs: startMs, toMs: minutes === null ? Infinity : startMs + minutes * 60_000, make: makeReading, signal,
        flush: () => { way.flush() }, onSkipped: (count) => { skipped += count },
      })
      return
    }
    const lagOptions = {
      db: pool, topic: config.sensorTopic, maxLag: config.maxLag, positions: way.positions, waiting: () => way.counts.waiting,
      onHeldBack: () => { way.flush() }, log, signal,
    }
    await runBackfill({
      groups, ...history, make: makeReading, signal, room: () => way.room(signal),
      async beforeChunk(chunkMs) {
        timeMs = chunkMs
        await whenMigrated(databaseUrl, () => waitForConsumers(lagOptions))
      },
    })
    if (!signal.aborted) timeMs = history.toMs
  }

  async function run(): Promise<ProgressCounts> {
    const heartbeat = startHeartbeat({ intervalMs: HEARTBEAT_MS, beat, log, liveness: null })
    const lines = setInterval(() => { print(progress.line(counts())) }, PROGRESS_MS)
    try {
      const partitions = await Promise.race([partitionCount(), stopped])
      const way = toKafka = startFleetToKafka({
        kafka, topic: config.sensorTopic, partitions, bufferBytes: config.bufferBytes, compression: config.compression, log,
        onLatency: (latencyMs, count) => { progress.addLatency(latencyMs, count) }, onAcknowledged: (count) => { sentLastMinute.add(count) },
      })
      await Promise.race([makeAll(way, partitions), way.failed])
      await Promise.race([way.close(abandon.signal), way.failed])
    } catch (error) {
      if (!stop.signal.aborted) throw classifyKafka(error) === 'exit' ? new ExitError(messageOf(error)) : error
    } finally {
      stop.abort()
      clearInterval(lines)
      truth.close()
      await heartbeat.stop()
      await Promise.race([pool.end(), sleep(CLOSE_MS)])
    }
    print(progress.summary(counts()))
    return counts()
  }

  const done = run()
  let deadline: NodeJS.Timeout | undefined
  return {
    epoch, done,
    get counts() { return counts() },
    async close() {
      stop.abort()
      deadline ??= setTimeout(() => { abandon.abort() }, FLUSH_MS)
      await done.catch(() => undefined)
      clearTimeout(deadline)
    },
  }
}

/** Runs a fleet until its end, or until SIGINT or SIGTERM, which `close` it. Returns the exit code. */
export async function runFleet(config: FleetConfig): Promise<number> {
  try {
    const log = createLog(nameOf(config), config.logLevel)
    const fleet = startFleet(config, log, (line) => { process.stdout.write(`${line}\n`) })
    const stop = (): void => { void fleet.close() }
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
    await fleet.done
    return 0
  } catch (error) {
    if (!(error instanceof ExitError)) throw error
    process.stderr.write(`${error.message}\n`)
    return 1
  }
}

function nameOf({ plant }: FleetConfig): string {
  return `fleet-${plant.name}`
}
