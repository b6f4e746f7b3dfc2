import { setTimeout as sleep } from 'node:timers/promises'
import { topicSettings } from '../contract/topics.ts'
import { classifyKafka } from '../kafka/errors.ts'
import { createLogReader } from '../kafka/log-reader.ts'
import { joinGroup } from '../kafka/membership.ts'
import type { Membership } from '../kafka/membership.ts'
import { createKafkaProducer } from '../kafka/producer.ts'
import { ensureTopics } from '../kafka/topics.ts'
import { recordConsumerBeat } from '../postgres/consumer-health.ts'
import { classifyPostgres } from '../postgres/errors.ts'
import { releaseLogs } from '../postgres/logs.ts'
import { migrate } from '../postgres/migrate.ts'
import { createPool } from '../postgres/pool.ts'
import { ExitError, messageOf } from '../runtime/errors.ts'
import { startHeartbeat } from '../runtime/heartbeat.ts'
import type { Service } from '../runtime/lifecycle.ts'
import { openLivenessFile } from '../runtime/liveness-file.ts'
import type { Log } from '../runtime/log.ts'
import { createMinuteCount } from '../runtime/minute-count.ts'
import { withRetry } from '../runtime/retry.ts'
import { startAlarmClock } from './alarm-clock.ts'
import type { ConsumerConfig } from './config.ts'
import { startKafkaToPostgres } from './kafka-to-postgres.ts'
import { startMaintenance } from './maintenance.ts'
import { startOutbox } from './outbox-to-kafka.ts'
import { logByKey } from './prepare.ts'
import type { OwnedLog } from './prepare.ts'
import { createRebalances } from './rebalances.ts'
import { startReplays } from './replays-to-kafka.ts'

export interface ConsumerService extends Service {
  /** The partitions that it has now. */
  readonly assigned: readonly number[]
}

const HEARTBEAT_MS = 2_000
/** How far we are is told to the group so often, for tools that show lag. */
const HINT_INTERVAL_MS = 5_000
const LAST_PUBLISH_MS = 2_000
const LAST_WORDS_MS = 1_000
/** One writes, one registers sensors or rolls up what was left, one publishes, one replays, one ends shelvings, one beats. */
const MAX_CONNECTIONS = 6

/** Starts one member of the consumer group; waits for PostgreSQL and Kafka for as long as it takes. */
export async function startConsumer(config: ConsumerConfig, log: Log): Promise<ConsumerService> {
  const { consumerId, sensorTopic, alertTopic } = config
  const liveness = openLivenessFile(config.livenessFile)
  const connection = { brokers: config.brokers, clientId: consumerId, security: config.kafkaSecurity }
  await untilItWorks('PostgreSQL', () => migrate(config.databaseUrl), classifyPostgres, log)
  await untilItWorks('Kafka', () => ensureTopics(connection, topicSettings(sensorTopic, alertTopic)), classifyKafka, log)

  const { promise: failed, reject: fail } = Promise.withResolvers<never>()
  failed.catch(() => {})
  const pool = createPool(config.databaseUrl, {
    applicationName: consumerId, max: MAX_CONNECTIONS, onIdleError: (error) => { log.debug({ err: error }, 'an idle database connection broke') },
  })
  const reader = createLogReader(connection, sensorTopic)
  const producer = createKafkaProducer(connection)
  const outbox = startOutbox({ pool, producer, sensorTopic, alertTopic, log })
  // What Kafka refuses resets the client's numbering: alerts, whose failure ends the process, have their own.
  const replayProducer = createKafkaProducer(connection)
  const replays = startReplays({ pool, producer: replayProducer, sensorTopic, log })
  const alarmClock = startAlarmClock(pool, config.calendar, () => { outbox.wake() }, log)
  const maintenance = startMaintenance({ databaseUrl: config.databaseUrl, consumerId, retention: config.retention, log })
  const rebalances = createRebalances(pool, consumerId, sensorTopic)
  const processedLastMinute = createMinuteCount()
  let processed = 0
  let beaten = 0
  let assigned: readonly number[] = []
  let restored: readonly OwnedLog[] = []
  let newlyAssigned: readonly number[] = []
  let hints = new Map<number, number>()

  const path = startKafkaToPostgres({
    consumerId, topic: sensorTopic, reader, pool, batchMaxReadings: config.batchMaxReadings, batchMaxAgeMs: config.batchMaxAgeMs,
    retentionDays: config.retention.rawDays, calendar: config.calendar, thresholds: config.thresholds, detector: config.detector,
    learnedScore: config.learnedScore, log, onChanges: () => { outbox.wake() },
    onRestored(logs) {
      restored = logs
      outbox.own(logs)
      replays.own(logs)
      recordAssigned(logs)
    },
    onCommitted(prepared, logs) {
      const consumed = prepared.shares.reduce((sum, share) => sum + share.nextOffset - share.firstOffset, 0)
      processed += consumed
      processedLastMinute.add(consumed)
      for (const { logKey, nextOffset } of prepared.shares) {
        hints.set(logByKey(logs, logKey).partition, nextOffset)
      }
      if (prepared.changes.length + prepared.deadLetters.rows > 0) outbox.wake()
    },
  })

  /** Told only once an assignment, and only when the state is there: then it is true. */
  function recordAssigned(logs: readonly OwnedLog[]): void {
    if (newlyAssigned.length === 0) return
    const events = logs.filter((owned) => newlyAssigned.includes(owned.partition)).map((owned) => ({
      type: 'partition_assigned' as const, partition: owned.partition,
      metadata: { next_offset: owned.nextOffset, ...(owned.claimedBy === null || owned.claimedBy === consumerId ? {} : { from: owned.claimedBy }) },
    }))
    newlyAssigned = []
    rebalances.record(...events, { type: 'rebalance_complete', metadata: { assigned } })
    heartbeat.beatNow()
  }

  const heartbeat = startHeartbeat({
    intervalMs: HEARTBEAT_MS, log, liveness,
    async beat(status) {
      const now = processed
      await recordConsumerBeat(pool, {
        consumerId, status, assignedPartitions: assigned, heartbeatIntervalMs: HEARTBEAT_MS,
        processedLastMinute: processedLastMinute.total(), processedSinceLastBeat: now - beaten,
      })
      beaten = now
      await rebalances.flush()
    },
  })

  function assign(partitions: readonly number[]): void {
    // Until the others know that it goes they may give it a part, which it would never let go of.
    if (closing !== undefined) return
    const revoked = assigned.filter((partition) => !partitions.includes(partition))
    newlyAssigned = partitions.filter((partition) => !assigned.includes(partition))
    assigned = partitions
    restored = restored.filter((owned) => partitions.includes(owned.partition))
    hints = new Map()
    log.info({ partitions, revoked }, 'partitions assigned')
    rebalances.record(...revoked.map((partition) => ({ type: 'partition_revoked' as const, partition })))
    if (newlyAssigned.length === 0) rebalances.record({ type: 'rebalance_complete', metadata: { assigned } })
    outbox.own([])
    replays.own([])
    path.assign(partitions)
    heartbeat.beatNow()
  }

  let closing: Promise<void> | undefined
  let membership: Membership | undefined
  const joined = joinGroup(connection, {
    group: config.group, topic: sensorTopic, sessionTimeoutMs: config.sessionTimeoutMs,
    onRebalance: () => {
      log.info('the group is dividing the partitions anew')
      rebalances.record({ type: 'rebalance_start' })
      heartbeat.beatNow()
    },
    onAssigned: assign,
    onFailed: fail,
    onRetry: (error) => { log.warn({ reason: messageOf(error) }, 'not in the group; trying again') },
  }).then((joinedAs) => { membership = joinedAs })
  joined.catch(fail)
  path.failed.catch(fail)
  outbox.failed.catch(fail)

  const hinting = setInterval(() => {
    if (membership === undefined || hints.size === 0) return
    const offsets = [...hints].map(([partition, nextOffset]) => ({ partition, nextOffset }))
    hints = new Map()
    membership.hintOffsets(offsets).catch((error: unknown) => { log.debug({ err: error }, 'the group was not told how far we are') })
  }, HINT_INTERVAL_MS)

  async function close(): Promise<void> {
    clearInterval(hinting)
    // First what is in hand, then the goodbye: the others begin where the last commit ended.
    await path.pause()
    const left = restored
    rebalances.record(...assigned.map((partition) => ({ type: 'partition_revoked' as const, partition, metadata: { reason: 'stopped' } })))
    assigned = []
    await within(LAST_WORDS_MS, releaseLogs(pool, left.map((owned) => owned.logKey), consumerId))
    // Who has only just asked to join must leave, too, when it is in.
    await within(LAST_WORDS_MS, joined.then(() => membership?.leave()))
    await within(LAST_WORDS_MS, replays.stop())
    alarmClock.abort()
    await Promise.all([outbox.stop(LAST_PUBLISH_MS), within(LAST_WORDS_MS, maintenance.stop()), within(LAST_WORDS_MS, alarmClock.running)])
    await heartbeat.stop()
    await within(LAST_WORDS_MS, Promise.all([reader.close(), producer.close(), replayProducer.close(), pool.end()]))
    log.info({ processed }, 'left the group; everything in hand is committed')
  }

  log.info({ group: config.group, topic: sensorTopic }, 'started')
  return {
    failed,
    get assigned() { return assigned },
    close: () => (closing ??= close()),
  }

  async function within(ms: number, work: Promise<unknown>): Promise<void> {
    const outcome = await Promise.race([work.then(() => null, messageOf), sleep(ms, `no answer within ${ms} ms`, { ref: false })])
    if (typeof outcome === 'string') log.warn({ reason: outcome }, 'not everybody could be told of the stop')
  }
}

async function untilItWorks<T>(name: string, work: () => Promise<T>, classify: typeof classifyKafka, log: Log): Promise<T> {
  let told = ''
  const attempt = async (): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw classify(error) === 'exit' ? new ExitError(`${name} can't be used: ${messageOf(error)}`) : error
    }
  }
  return withRetry(attempt, {
    classify: (error) => (error instanceof ExitError ? 'exit' : classify(error)),
    onRetry: (error) => {
      const reason = messageOf(error)
      if (reason !== told) log.warn({ reason }, `waiting for ${name}`)
      told = reason
    },
  })
}
