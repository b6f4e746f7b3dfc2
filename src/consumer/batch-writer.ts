import type { Calendar } from '../calendar/calendar.ts'
import type { RejectReason } from '../contract/reading.ts'
import { offsetAt } from '../kafka/log-chunk.ts'
import type { LogChunk } from '../kafka/log-chunk.ts'
import type { LogReader } from '../kafka/log-reader.ts'
import type { ConditionChange } from '../postgres/alarm-changes.ts'
import { createBinaryCopy } from '../postgres/binary-copy.ts'
import { classifyPostgres } from '../postgres/errors.ts'
import { createPartitions } from '../postgres/partitions.ts'
import type { Pool } from '../postgres/pool.ts'
import { FencedError, reserveBatchIds, writeBatch } from '../postgres/write-batch.ts'
import { messageOf } from '../runtime/errors.ts'
import type { Log } from '../runtime/log.ts'
import type { AlarmSettingsTable } from './alarm-settings.ts'
import { CHECKPOINT_INTERVAL_MS, CHECKPOINT_SHARE, NO_MEMORIES, isBehind, takeMemories } from './checkpoint.ts'
import type { TakenMemories } from './checkpoint.ts'
import { createDecoder } from './decode.ts'
import type { Plant } from './plant.ts'
import { acceptedTime, logByKey, prepare } from './prepare.ts'
import type { OwnedLog, Prepared } from './prepare.ts'
import { watchMachines } from './machine-watch.ts'
import { createReplayArrivals } from './replay-arrivals.ts'
import { createRollups } from './rollups.ts'
import { shareEpochs } from './share-epochs.ts'
import { watchSilence } from './silence.ts'

export interface WriterOptions {
  readonly consumerId: string
  readonly topic: string
  readonly reader: LogReader
  readonly pool: Pool
  readonly batchMaxReadings: number
  readonly retentionDays: number
  readonly calendar: Calendar
  /** Alarms have changed without a batch. */
  readonly onChanges: () => void
  readonly onCommitted: (prepared: Prepared, logs: ReadonlyMap<number, OwnedLog>) => void
  readonly log: Log
}

/** Looks for the reading that the database refuses: batches of at most `limit`, and what is known to be refused. */
export interface RefusedSearch {
  limit: number
  condemned: { logKey: number, offset: number, detail: string } | null
}

/** A batch was refused because of its data. */
export class RefusedBatchError extends Error {
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

const BATCH_IDS_AHEAD = 60
const LAST_ROLL_UP_MS = 1_500

export interface Writer {
  /** Prepares a batch while the one before is being written, then begins to write it. */
  (chunks: readonly LogChunk[], plant: Plant, search: RefusedSearch): Promise<void>
  /** No batch comes: stores what is remembered, and rolls up what isn't yet, each at its interval. */
  whileIdle(): Promise<void>
  /** The last batch is prepared: the same for good. */
  finish(): Promise<void>
  /** Stores the alarms of the sensors that have gone silent, and of whole machines. */
  watch(): Promise<void>
  /** Waits for the batch that is being written. */
  settled(): Promise<void>
}

export function createWriter(
  options: WriterOptions, logs: ReadonlyMap<number, OwnedLog>, alarmSettings: AlarmSettingsTable, onFailure: (error: unknown) => void,
): Writer {
  const { pool, consumerId } = options
  const arrivals = createReplayArrivals(pool, options.topic)
  const decoder = createDecoder()
  const rollups = createRollups(pool, [...logs.values()].map(({ logKey }) => logKey), options.log)
  const knownDays = new Set<number>()
  const ids: number[] = []
  let writing: Promise<void> = Promise.resolve()
  const silence = watchSilence(pool, options.reader, consumerId, [...logs.values()], alarmSettings)
  // One consumer does it, and what it writes is behind its fence.
  const machines = [...logs.values()].some(({ partition }) => partition === 0) ? watchMachines(pool, consumerId, alarmSettings) : null
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
      calendar: options.calendar, accepted: acceptedTime(Date.now(), options.retentionDays),
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

  async function commit(prepared: Prepared, memories: TakenMemories, search: RefusedSearch): Promise<void> {
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
    const memories = checkpoint ? takeMemories(prepared.shares.map(({ logKey }) => logByKey(logs, logKey)), CHECKPOINT_SHARE) : NO_MEMORIES
    await writing
    writing = commit(prepared, memories, search).catch(refused)
    // There may be nothing more to write for long, so its failure isn't left for the next one to find.
    writing.catch(onFailure)
  }

  /** Without a batch. All of the log's share is behind its position, so the fence is the same. */
  async function writeApart(of: readonly OwnedLog[], changes: readonly ConditionChange[], memories: TakenMemories): Promise<void> {
    const shares = of.map(({ logKey, preparedOffset, numbersMoved }) => ({
      logKey, batchId: 0, firstOffset: preparedOffset, nextOffset: preparedOffset, stored: 0, deadLettered: 0, duplicates: 0, holes: 0,
      numbersStored: true, numbersMoved, days: [],
    }))
    const epochs = of.flatMap(({ unstored, preparedOffset }) => [...unstored].flatMap((tracker) => tracker.takeChange(preparedOffset) ?? []))
    await writeBatch(pool, { ...NOTHING, ...memories, consumerId, shares, epochs, changes, rollUp: null })
    for (const { unstored } of of) unstored.clear()
    if (changes.length > 0) options.onChanges()
  }

  async function storeMemories(share: number): Promise<void> {
    await writing
    const behind = [...logs.values()].filter(isBehind)
    if (behind.length > 0) await writeApart(behind, [], takeMemories(behind, share))
  }

  /** A sensor that is silent is one of a log that we must still have: hence behind its fence. */
  async function watch(): Promise<void> {
    const changes = [...await silence.look(), ...await machines?.look() ?? []]
    if (changes.length === 0) return
    await writing
    await writeApart([...logs.values()], changes, NO_MEMORIES)
  }

  return Object.assign(write, {
    settled: () => writing,
    async whileIdle() {
      await writing
      if (isCheckpointDue()) await storeMemories(CHECKPOINT_SHARE)
      await rollups.whileIdle()
    },
    watch,
    async finish() {
      await storeMemories(1)
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
