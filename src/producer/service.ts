import { setTimeout as sleep } from 'node:timers/promises'
import { createEncoder } from '../contract/encode-reading.ts'
import { topicSettings } from '../contract/topics.ts'
import { createKafkaProducer } from '../kafka/producer.ts'
import { ensureTopics } from '../kafka/topics.ts'
import { createPool } from '../postgres/pool.ts'
import { recordProducerBeat } from '../postgres/producer-health.ts'
import { whenMigrated } from '../postgres/when-migrated.ts'
import { startHeartbeat } from '../runtime/heartbeat.ts'
import type { Service } from '../runtime/lifecycle.ts'
import { openLivenessFile } from '../runtime/liveness-file.ts'
import type { Log } from '../runtime/log.ts'
import { createMinuteCount } from '../runtime/minute-count.ts'
import { newEpoch } from '../runtime/new-epoch.ts'
import { createSignal } from '../sensor/signal.ts'
import type { ProducerConfig } from './config.ts'
import { startSensorToKafka } from './sensor-to-kafka.ts'
import type { SensorToKafka } from './sensor-to-kafka.ts'

const HEARTBEAT_MS = 2_000
const FLUSH_MS = 5_000
const REPORT_MS = 60_000
const CLOSE_MS = 500

export interface Producer extends Service {
  /** What this life of the producer is called in its readings. */
  readonly epoch: string
  readonly counts: SensorToKafka['counts']
}

/** Starts to make readings at once, whether Kafka and PostgreSQL are there or not. */
export async function startProducer(config: ProducerConfig, log: Log): Promise<Producer> {
  const { sensorId, sensorType, location, thresholds } = config
  const liveness = openLivenessFile(config.livenessFile)
  const epoch = newEpoch()
  const sentLastMinute = createMinuteCount()
  const kafka = { brokers: config.brokers, clientId: sensorId, security: config.kafkaSecurity }
  const pool = createPool(config.databaseUrl, {
    applicationName: sensorId, max: 1, onIdleError: (error) => { log.debug({ err: error }, 'an idle database connection broke') },
  })

  const path = startSensorToKafka({
    signal: createSignal({
      type: sensorType, seed: config.seed, sensorId, work: { calendar: config.calendar, machineId: location.machine_id },
    }),
    encode: createEncoder({ sensorId, sensorType, location, thresholds, epoch }),
    sensorId,
    topic: config.sensorTopic,
    samplingIntervalMs: config.samplingIntervalMs,
    bufferMax: config.bufferMax,
    createProducer: () => createKafkaProducer(kafka),
    prepareTopic: () => ensureTopics(kafka, topicSettings(config.sensorTopic, config.alertTopic)),
    onAcknowledged: (count) => { sentLastMinute.add(count) },
    log,
  })

  let reported = 0
  async function beat(status: 'active' | 'inactive'): Promise<void> {
    const { acknowledged, buffered, dropped } = path.counts
    await whenMigrated(config.databaseUrl, () => recordProducerBeat(pool, {
      producerId: sensorId, sensorType, status, heartbeatIntervalMs: HEARTBEAT_MS, epoch, buffered, dropped,
      sentInEpoch: acknowledged, sentSinceLastBeat: acknowledged - reported, sentLastMinute: sentLastMinute.total(),
    }))
    reported = acknowledged
  }

  const heartbeat = startHeartbeat({ intervalMs: HEARTBEAT_MS, beat, log, liveness })
  const report = setInterval(() => { log.info({ ...path.counts, sentLastMinute: sentLastMinute.total() }, 'sending') }, REPORT_MS)
  log.info({ sensorType, samplingIntervalMs: config.samplingIntervalMs, topic: config.sensorTopic, epoch }, 'started')

  async function close(): Promise<void> {
    clearInterval(report)
    const before = path.counts.acknowledged
    await path.stop(FLUSH_MS)
    const { acknowledged, buffered } = path.counts
    const counts = { flushed: acknowledged - before, sent: acknowledged, left: buffered }
    if (buffered === 0) log.info(counts, 'flushed: nothing is left to send')
    else log.warn(counts, `readings are left that Kafka has not acknowledged within ${FLUSH_MS / 1000} s`)
    await heartbeat.stop()
    await Promise.race([pool.end(), sleep(CLOSE_MS)])
  }

  let closing: Promise<void> | undefined
  return {
    epoch,
    get counts() { return path.counts },
    close: () => closing ??= close(),
    failed: path.failed,
  }
}
