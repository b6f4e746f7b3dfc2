import type { RejectReason } from '../contract/reading.ts'
import type { Mode } from '../detect/learned/state.ts'
import { SNAPSHOT_FORMAT, packMemories } from '../detect/snapshot.ts'
import { classifyKafka } from '../kafka/errors.ts'
import type { LogReader } from '../kafka/log-reader.ts'
import { offsetAt } from '../kafka/log-chunk.ts'
import type { LogChunk } from '../kafka/log-chunk.ts'
import type { ConditionChange } from '../postgres/alarm-changes.ts'
import type { DetectorBlockRow, DetectorSnapshot } from '../postgres/detector-state.ts'
import { classifyPostgres } from '../postgres/errors.ts'
import { createBinaryCopy } from '../postgres/binary-copy.ts'
import { createPartitions } from '../postgres/partitions.ts'
import type { Pool } from '../postgres/pool.ts'
import { FencedError, reserveBatchIds, writeBatch } from '../postgres/write-batch.ts'
import type { Disposition } from '../runtime/errors.ts'
import { linkAbort, pause } from '../runtime/abort.ts'
import { messageOf } from '../runtime/errors.ts'
import type { Log } from '../runtime/log.ts'
import type { ThresholdOverride } from '../runtime/thresholds.ts'
import type { SensorType } from '../contract/sensor-types.ts'
import { createAlarmSettings } from './alarm-settings.ts'
import type { AlarmSettingsTable } from './alarm-settings.ts'
import { createDecoder } from './decode.ts'
import { createIntake } from './intake.ts'
import { createPlant } from './plant.ts'
import type { Plant } from './plant.ts'
import { acceptedTime, logByKey, prepare } from './prepare.ts'
import type { OwnedLog, Prepared } from './prepare.ts'
import { createReplayArrivals } from './replay-arrivals.ts'
import { restoreLogs } from './restore.ts'
import { createRollups } from './rollups.ts'
import { shareEpochs } from './share-epochs.ts'
import { watchSilence } from './silence.ts'

export interface KafkaToPostgresOptions {
  readonly consumerId: string
  readonly topic: string
  readonly reader: LogReader
  readonly pool: Pool
  readonly batchMaxReadings: number
  readonly batchMaxAgeMs: number
  readonly retentionDays: number
  readonly thresholds: Readonly<Record<SensorType, ThresholdOverride>>
  /** How the normal behaviour of each sensor is learned; null: not at all. */
  readonly detector: Mode | null
  /** The partitions are ours, and their state is restored: it begins. */
  readonly onRestored: (logs: readonly OwnedLog[]) => void
  /** Alarms have changed without a batch. */
  readonly onChanges: () => void
  readonly onCommitted: (prepared: Prepared, logs: ReadonlyMap<number, OwnedLog>) => void
  readonly log: Log
}

export interface KafkaToPostgres {
  /** Finishes what is being written, forgets everything, and goes on with these partitions. */
  assign(partitions: readonly number[]): void
  /** Finishes what is being written and waits for the next assignment. */
  pause(): Promise<void>
  /** Rejects when it can't go on. */
  readonly failed: Promise<never>
}

/** What is remembered of the logs is stored so often: the detectors' memory, the numbers. What came since is learned from the readings again. */
const CHECKPOINT_INTERVAL_MS = 10_000
/** Of the learned detectors, with each checkpoint: those of 10,000 sensors, 50 MB, within two minutes. */
const CHECKPOINT_BYTES = 4_000_000
/** Who stops stores all of 13,000 sensors. */
const LAST_CHECKPOINT_BYTES = 64_000_000
const REFRESH_INTERVAL_MS = 5_000
const RETRY_FIRST_MS = 100
const RETRY_MAX_MS = 2_000
const BATCH_IDS_AHEAD = 60
const LAST_ROLL_UP_MS = 1_500
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

interface RefusedSearch {
  limit: number
  condemned: { logKey: number, offset: number, detail: string } | null
}

/** A batch was refused because of its data. */
class RefusedBatchError extends Error {
  override readonly name = 'RefusedBatchError'
  readonly firstOffset: number
  readonly logKey: number
  readonly readings: number
  constructor(cause: unknown, logKey: number, firstOffset: number, readings: number) {
    super(messageOf(cause), { cause })
    this.logKey = logKey
    this.firstOffset = firstOffset
    this.readings = readings
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
  const logs = await restoreLogs(options, partitions)
  for (const each of logs.values()) for (const gap of each.gaps) log.warn({ partition: each.partition }, `gap in the log: ${gap}`)
  if (signal.aborted) return
  options.onRestored([...logs.values()])

  const plant = createPlant(pool, options.thresholds)
  const alarmSettings = createAlarmSettings()
  const intake = createIntake()
  const stop = linkAbort(signal)
  const failures: unknown[] = []
  const fail = (error: unknown): void => {
    failures.push(error)
    stop.abort()
  }
  const positions = new Map([...logs.values()].map((each) => [each.partition, { topicId: each.topicId, offset: each.nextOffset }]))
  const reading = reader.read(positions, (chunk) => intake.offer(chunk), stop.signal).catch(fail)
  const refreshing = keepFresh(plant, stop.signal).catch(fail)
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

async function keepFresh(plant: Plant, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(REFRESH_INTERVAL_MS, signal)
    if (!signal.aborted) await plant.refresh()
  }
}

interface Memories {
  readonly snapshots: readonly DetectorSnapshot[]
  readonly blocks: readonly DetectorBlockRow[]
}

const NO_MEMORIES: Memories = { snapshots: [], blocks: [] }

interface Writer {
  /** Prepares a batch while the one before is being written, then begins to write it. */
  (chunks: readonly LogChunk[], plant: Plant, search: RefusedSearch): Promise<void>
  /** No batch comes: stores what is remembered, and rolls up what isn't yet, each at its interval. */
  whileIdle(): Promise<void>
  /** The last batch is prepared: the same for good. */
  finish(): Promise<void>
  /** Stores the alarms of the sensors that have gone silent. */
  watch(): Promise<void>
  /** Waits for the batch that is being written. */
  settled(): Promise<void>
}

function createWriter(
  options: KafkaToPostgresOptions, logs: ReadonlyMap<number, OwnedLog>, alarmSettings: AlarmSettingsTable, onFailure: (error: unknown) => void,
): Writer {
  const { pool, consumerId } = options
  const arrivals = createReplayArrivals(pool, options.topic)
  const decoder = createDecoder()
  const rollups = createRollups(pool, [...logs.values()].map(({ logKey }) => logKey), options.log)
  const knownDays = new Set<number>()
  const ids: number[] = []
  let writing: Promise<void> = Promise.resolve()
  const silence = watchSilence(pool, options.reader, consumerId, [...logs.values()], alarmSettings)
  let checkpointMs = Number.NEGATIVE_INFINITY

  function isCheckpointDue(): boolean {
    if (performance.now() - checkpointMs < CHECKPOINT_INTERVAL_MS) return false
    checkpointMs = performance.now()
    return true
  }

  async function prepareBatch(chunks: readonly LogChunk[], plant: Plant, search: RefusedSearch, checkpoint: boolean): Promise<Prepared> {
    if (ids.length < chunks.length) ids.push(...await reserveBatchIds(pool, BATCH_IDS_AHEAD + chunks.length))
    const prepared = await prepare(chunks, {
      consumerId, plant, decoder, arrivals, alarmSettings, logs, checkpoint, batchIds: ids.splice(0, chunks.length), condemned: search.condemned,
      accepted: acceptedTime(Date.now(), options.retentionDays),
    })
    if (prepared.foreign.length > 0) {
      await writing
      await shareEpochs(pool, prepared.foreign)
      throw new FencedError('numbers of a producer come through several partitions now')
    }
    const newDays = [...new Set(prepared.shares.flatMap(({ days }) => days))].filter((day) => !knownDays.has(day))
    await createPartitions(pool, newDays)
    for (const day of newDays) knownDays.add(day)
    return prepared
  }

  /** All that the rules remember, and some of the detectors: those that were stored longest ago. */
  function takeMemories(of: readonly OwnedLog[], maxBytes: number): Memories {
    const blocks = of.flatMap(({ detectors, preparedOffset }) => detectors?.take(preparedOffset, maxBytes / of.length) ?? [])
    const snapshots = of.map(({ logKey, memories, detectors, preparedOffset }) => ({
      logKey, nextOffset: preparedOffset, learnedFrom: detectors?.replayFrom(preparedOffset) ?? preparedOffset, format: SNAPSHOT_FORMAT,
      state: packMemories([...memories].map(([sensorKey, { rules }]) => [sensorKey, rules]), memories.size),
    }))
    return { snapshots, blocks }
  }

  async function commit(prepared: Prepared, memories: Memories, search: RefusedSearch): Promise<void> {
    await writeBatch(pool, { ...prepared, ...memories, rollUp: await rollups.step(prepared.shares) })
    // What was refused is behind us: back to the full size, step by step.
    search.condemned = null
    search.limit = Math.min(options.batchMaxReadings, search.limit * 2)
    logRejections(options.log, prepared)
    options.onCommitted(prepared, logs)
  }

  const write = async (chunks: readonly LogChunk[], plant: Plant, search: RefusedSearch): Promise<void> => {
    const refused = (error: unknown): never => {
      const first = chunks[0] as LogChunk
      const firstRun = first.runs[0]
      const firstOffset = firstRun === undefined ? first.firstOffset : offsetAt(firstRun, firstRun.from)
      const readings = chunks.reduce((sum, chunk) => sum + chunk.recordCount, 0)
      if (classifyPostgres(error) !== 'reject') throw error
      throw new RefusedBatchError(error, (logs.get(first.partition) as OwnedLog).logKey, firstOffset, readings)
    }
    const checkpoint = isCheckpointDue()
    const prepared = await prepareBatch(chunks, plant, search, checkpoint).catch(refused)
    const memories = checkpoint ? takeMemories(prepared.shares.map(({ logKey }) => logByKey(logs, logKey)), CHECKPOINT_BYTES) : NO_MEMORIES
    await writing
    writing = commit(prepared, memories, search).catch(refused)
    // There may be nothing more to write for long, so its failure isn't left for the next one to find.
    writing.catch(onFailure)
  }

  /** Without a batch. All of the log's share is behind its position, so the fence is the same. */
  async function writeApart(of: readonly OwnedLog[], changes: readonly ConditionChange[], memories: Memories): Promise<void> {
    const shares = of.map(({ logKey, preparedOffset, numbersMoved }) => ({
      logKey, batchId: 0, firstOffset: preparedOffset, nextOffset: preparedOffset, stored: 0, deadLettered: 0, duplicates: 0, holes: 0,
      numbersStored: true, numbersMoved, days: [],
    }))
    const epochs = of.flatMap(({ unstored, preparedOffset }) => [...unstored].flatMap((tracker) => tracker.takeChange(preparedOffset) ?? []))
    await writeBatch(pool, { ...NOTHING, ...memories, consumerId, shares, epochs, changes, rollUp: null })
    for (const { unstored } of of) unstored.clear()
    if (changes.length > 0) options.onChanges()
  }

  async function storeMemories(maxBytes: number): Promise<void> {
    await writing
    const behind = [...logs.values()].filter(({ unstored, detectors, preparedOffset }) => (
      unstored.size > 0 || (detectors?.replayFrom(preparedOffset) ?? preparedOffset) < preparedOffset))
    if (behind.length > 0) await writeApart(behind, [], takeMemories(behind, maxBytes))
  }

  /** A sensor that is silent is one of a log that we must still have: hence behind its fence. */
  async function watch(): Promise<void> {
    const changes = await silence.look()
    if (changes.length === 0) return
    await writing
    await writeApart([...logs.values()], changes, NO_MEMORIES)
  }

  return Object.assign(write, {
    settled: () => writing,
    async whileIdle() {
      await writing
      if (isCheckpointDue()) await storeMemories(CHECKPOINT_BYTES)
      await rollups.whileIdle()
    },
    watch,
    async finish() {
      await storeMemories(LAST_CHECKPOINT_BYTES)
      await rollups.finish(LAST_ROLL_UP_MS)
    },
  })
}

const NOTHING = { readings: createBinaryCopy(), deadLetters: createBinaryCopy(), replays: [] }

function logRejections(log: Log, prepared: Prepared): void {
  const first = prepared.rejections[0]
  if (first === undefined) return
  const reasons: Partial<Record<RejectReason, number>> = {}
  for (const { rejection } of prepared.rejections) reasons[rejection.reason] = (reasons[rejection.reason] ?? 0) + 1
  log.warn({ count: prepared.rejections.length, reasons, partition: first.partition, offset: first.offset, detail: first.rejection.detail },
    'not readings: kept in the dead letters')
}
