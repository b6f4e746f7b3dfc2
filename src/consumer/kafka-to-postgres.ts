import type { SensorType } from '../contract/sensor-types.ts'
import type { Mode } from '../detect/learned/state.ts'
import { classifyKafka } from '../kafka/errors.ts'
import { classifyPostgres } from '../postgres/errors.ts'
import { FencedError } from '../postgres/write-batch.ts'
import type { Disposition } from '../runtime/errors.ts'
import { linkAbort, pause } from '../runtime/abort.ts'
import { messageOf } from '../runtime/errors.ts'
import type { Log } from '../runtime/log.ts'
import type { ThresholdOverride } from '../runtime/thresholds.ts'
import { readSettingsTable } from './alarm-settings.ts'
import type { AlarmSettingsTable } from './alarm-settings.ts'
import { RefusedBatchError, createWriter } from './batch-writer.ts'
import type { RefusedSearch, WriterOptions } from './batch-writer.ts'
import { createIntake } from './intake.ts'
import { createPlant } from './plant.ts'
import type { Plant } from './plant.ts'
import type { OwnedLog } from './prepare.ts'
import { restoreLogs } from './restore.ts'

export interface KafkaToPostgresOptions extends WriterOptions {
  readonly batchMaxAgeMs: number
  readonly thresholds: Readonly<Record<SensorType, ThresholdOverride>>
  /** How the normal behaviour of each sensor is learned; null: not at all. */
  readonly detector: Mode | null
  /** A reading of so high a score, 0 to 1, is an alarm. */
  readonly learnedScore: number
  /** The partitions are ours, and their state is restored: it begins. */
  readonly onRestored: (logs: readonly OwnedLog[]) => void
}

export interface KafkaToPostgres {
  /** Finishes what is being written, forgets everything, and goes on with these partitions. */
  assign(partitions: readonly number[]): void
  /** Finishes what is being written and waits for the next assignment. */
  pause(): Promise<void>
  /** Rejects when it can't go on. */
  readonly failed: Promise<never>
}

const REFRESH_INTERVAL_MS = 5_000
const RETRY_FIRST_MS = 100
const RETRY_MAX_MS = 2_000
/** Nobody waits for the partitions: there is time to store what is remembered of them. */
const FOR_GOOD = 'for good'

/**
 * The path of a reading: fetched, checked, scored, written. While one batch is being written, the next one is prepared. Crash-only:
 * whatever fails, all memory is dropped and rebuilt from what PostgreSQL has, offsets first.
 */
export function startKafkaToPostgres(options: KafkaToPostgresOptions): KafkaToPostgres {
  const { log } = options
  const { promise: failed, reject: fail } = Promise.withResolvers<never>()
  failed.catch(() => {})
  let stopping = new AbortController()
  let running: Promise<void> = Promise.resolve()

  return {
    assign(partitions) {
      stopping.abort()
      const current = stopping = new AbortController()
      running = running.then(() => run(options, partitions, current.signal)).catch(fail)
    },
    async pause() {
      stopping.abort(FOR_GOOD)
      await running
    },
    failed,
  }

  async function run(this: void, _options: KafkaToPostgresOptions, partitions: readonly number[], signal: AbortSignal): Promise<void> {
    if (partitions.length === 0) return
    // How a reading is found that the database refuses: the limit is halved until it is alone.
    const search: RefusedSearch = { limit: options.batchMaxReadings, condemned: null }
    let waitMs = RETRY_FIRST_MS
    while (!signal.aborted) {
      const startedMs = performance.now()
      try {
        await consume(options, partitions, search, signal)
      } catch (error) {
        if (performance.now() - startedMs > 10 * RETRY_MAX_MS) waitMs = RETRY_FIRST_MS
        const disposition = classify(error)
        if (disposition === 'exit' || disposition === 'crash') throw error
        if (disposition === 'reject') narrow(search, error, log)
        else {
          log.warn({ reason: messageOf(error), waitMs }, 'going on from what is stored')
          await pause(waitMs, signal)
          waitMs = Math.min(waitMs * 2, RETRY_MAX_MS)
        }
      }
    }
  }
}

function classify(error: unknown): Disposition {
  if (error instanceof FencedError) return 'retry'
  if (error instanceof RefusedBatchError) return 'reject'
  const ofPostgres = classifyPostgres(error)
  return ofPostgres === 'crash' ? classifyKafka(error) : ofPostgres
}

function narrow(search: RefusedSearch, error: unknown, log: Log): void {
  if (!(error instanceof RefusedBatchError)) throw error
  if (error.readings > 1) {
    search.limit = Math.max(1, Math.floor(error.readings / 2))
    log.warn({ reason: error.message, readings: error.readings, next: search.limit }, 'the database refused a batch; looking for the reading')
    return
  }
  search.condemned = { logKey: error.logKey, offset: error.firstOffset, detail: error.message }
}

async function consume(
  options: KafkaToPostgresOptions, partitions: readonly number[], search: RefusedSearch, signal: AbortSignal,
): Promise<void> {
  const { pool, reader, log } = options
  const alarmSettings = await readSettingsTable(pool, options.learnedScore)
  const logs = await restoreLogs(options, partitions, alarmSettings)
  for (const each of logs.values()) for (const gap of each.gaps) log.warn({ partition: each.partition }, `gap in the log: ${gap}`)
  if (signal.aborted) return
  options.onRestored([...logs.values()])

  const plant = createPlant(pool, options.thresholds)
  const intake = createIntake()
  const stop = linkAbort(signal)
  const failures: unknown[] = []
  const fail = (error: unknown): void => {
    failures.push(error)
    stop.abort()
  }
  const positions = new Map([...logs.values()].map((each) => [each.partition, { topicId: each.topicId, offset: each.nextOffset }]))
  const reading = reader.read(positions, (chunk) => intake.offer(chunk), stop.signal).catch(fail)
  const refreshing = keepFresh(plant, alarmSettings, stop.signal).catch(fail)
  const write = createWriter(options, logs, alarmSettings, fail)

  try {
    while (!stop.signal.aborted) {
      const chunks = await intake.take(search.limit, options.batchMaxAgeMs, stop.signal)
      if (chunks.length > 0) await write(chunks, plant, search)
      else if (!stop.signal.aborted) await write.whileIdle()
      if (!stop.signal.aborted) await write.watch()
    }
  } catch (error) {
    fail(error)
  }
  stop.abort()
  stop.release()
  intake.close()
  await Promise.allSettled([write.settled(), reading, refreshing])
  if (failures.length === 0 && signal.reason === FOR_GOOD) await write.finish()
  // The first one is the cause; the others follow from it.
  if (failures.length > 0) throw failures[0]
}

async function keepFresh(plant: Plant, alarmSettings: AlarmSettingsTable, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(REFRESH_INTERVAL_MS, signal)
    if (signal.aborted) return
    await plant.refresh()
    await alarmSettings.refresh()
  }
}
