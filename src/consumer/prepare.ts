import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Calendar } from '../calendar/calendar.ts'
import { plantTime } from '../calendar/plant-time.ts'
import { LEVEL, QUALITY, READING_COUNT, SEQUENCE, SLOTS, TIME_US, VALUE } from '../contract/message-shape.ts'
import type { AcceptedTime, Rejection } from '../contract/reading.ts'
import { ALERT_LEVELS, alertLevelOf } from '../contract/sensor-types.ts'
import type { AlertLevel } from '../contract/sensor-types.ts'
import { DAY_US, dayOf } from '../contract/timestamp.ts'
import type { LogChunk } from '../kafka/log-chunk.ts'
import { offsetAt } from '../kafka/log-chunk.ts'
import type { LogRecord } from '../kafka/log-slice.ts'
import { recordAt } from '../kafka/record-run.ts'
import type { RecordRun } from '../kafka/record-run.ts'
import type { ConditionChange } from '../postgres/alarm-changes.ts'
import { createBinaryCopy } from '../postgres/binary-copy.ts'
import type { BinaryCopy } from '../postgres/binary-copy.ts'
import type { PartitionLog } from '../postgres/logs.ts'
import type { EpochChange } from '../postgres/producer-epochs.ts'
import { createReadingCopy } from '../postgres/reading-copy.ts'
import type { ReadingCopy } from '../postgres/reading-copy.ts'
import type { ReplayOutcome, ReplayedLetter } from '../postgres/replay-outcomes.ts'
import type { LogShare, WriteBatch } from '../postgres/write-batch.ts'
import { DEAD_LETTER_COLUMNS } from '../postgres/write-batch.ts'
import type { AlarmSettingsTable } from './alarm-settings.ts'
import { endConditions, judge } from './condition-changes.ts'
import { RECORDS_PER_TURN } from './decode.ts'
import type { Decoded, Decoder, Form } from './decode.ts'
import type { DetectorBlocks } from './detector-blocks.ts'
import { REPLACED } from './moved-sensors.ts'
import type { Known, NumberedReading, Plant } from './plant.ts'
import type { ReplayArrivals, ReplayedLetters } from './replay-arrivals.ts'
import { createSensorMemory, takeDevice } from './sensor-memory.ts'
import type { SensorMemory } from './sensor-memory.ts'
import type { SequenceTracker } from './sequences.ts'
import type { ForeignEpoch } from './share-epochs.ts'

/** A partition that this consumer has now, with what is remembered of its sensors, by sensor key. */
export interface OwnedLog extends PartitionLog {
  readonly memories: Map<number, SensorMemory>
  /** Null: nothing is learned. */
  readonly detectors: DetectorBlocks | null
  /** Up to here the memories have taken the readings in. */
  preparedOffset: number
  readonly restored: Map<string, SequenceTracker>
  /** Whose numbers have moved on since they were stored; what is missing there is in the log's readings. */
  readonly unstored: Set<SequenceTracker>
}

export interface PrepareContext {
  readonly consumerId: string
  readonly plant: Plant
  readonly decoder: Decoder
  readonly arrivals: ReplayArrivals
  readonly alarmSettings: AlarmSettingsTable
  readonly calendar: Calendar
  readonly logs: ReadonlyMap<number, OwnedLog>
  readonly accepted: AcceptedTime
  /** One for each chunk. */
  readonly batchIds: readonly number[]
  /** Whether this batch stores all that is remembered of its logs. */
  readonly checkpoint: boolean
  /** A reading that the database has refused: it goes to the dead letters. */
  readonly condemned: { readonly logKey: number, readonly offset: number, readonly detail: string } | null
}

/** What one transaction will write, and what has to be there before. */
export interface Prepared extends Omit<WriteBatch, 'snapshots' | 'blocks' | 'rollUp'> {
  /** Epochs that come through several logs: this batch can't be written until they are shared. */
  readonly foreign: readonly ForeignEpoch[]
  readonly rejections: readonly { readonly partition: number, readonly offset: number, readonly rejection: Rejection }[]
}

/** So many epochs are stored with their batch in any case: then the books are up to date in small plants. */
const FEW_EPOCHS = 200

/** Readings may be so far ahead of our clock, and so old. */
export function acceptedTime(nowMs: number, retentionDays: number): AcceptedTime {
  return { newestUs: nowMs * 1000 + DAY_US, oldestUs: nowMs * 1000 - retentionDays * DAY_US }
}

/** Decodes, checks, recognises, scores and encodes what was fetched. Nothing is written yet, but the memories have moved on. */
export async function prepare(chunks: readonly LogChunk[], context: PrepareContext): Promise<Prepared> {
  const { plant, decoder, accepted, condemned } = context
  plant.forgetCrowded()
  const decoded: Decoded[] = []
  const unknown: NumberedReading[] = []
  for (const chunk of chunks) {
    const log = ownedLog(context, chunk)
    const of = await decoder.decode(chunk, accepted, condemned?.logKey === log.logKey ? condemned : null)
    decoded.push(of)
    for (const form of of.forms) {
      if (!isRejected(form) && recognise(form, plant) === null) unknown.push({ reading: form.reading, log })
    }
  }
  if (unknown.length > 0) await plant.learn(unknown)
  const replayed = await context.arrivals.recognise(chunks)

  const output: Output = {
    consumerId: context.consumerId, readings: createReadingCopy(chunks.reduce((sum, chunk) => sum + chunk.recordCount, 0)),
    changes: [], deadLetters: createBinaryCopy(), rejections: [], trackers: [], foreign: [], replayed, replays: [],
  }
  const shares: ChunkShare[] = []
  for (const [index, chunk] of chunks.entries()) {
    shares.push(await encodeChunk(chunk, decoded[index] as Decoded, context, context.batchIds[index] as number, output))
  }
  const epochs = output.foreign.length > 0 ? [] : takeChanges(output.trackers, shares, context)
  return { ...output, epochs, shares: shares.map((share) => ({ ...share, numbersStored: logByKey(context.logs, share.logKey).unstored.size === 0 })) }
}

/** Whether the log's numbers are stored is known when those of all chunks have been looked at. */
type ChunkShare = Omit<LogShare, 'numbersStored'>

interface Output {
  readonly consumerId: string
  readonly readings: ReadingCopy
  readonly changes: ConditionChange[]
  readonly deadLetters: BinaryCopy
  readonly rejections: { partition: number, offset: number, rejection: Rejection }[]
  readonly trackers: SequenceTracker[]
  readonly foreign: ForeignEpoch[]
  readonly replayed: ReplayedLetters
  readonly replays: ReplayOutcome[]
}

function ownedLog(context: PrepareContext, chunk: LogChunk): OwnedLog {
  const log = context.logs.get(chunk.partition)
  if (log === undefined) throw new Error(`partition ${chunk.partition} was fetched but is not ours`)
  return log
}

function isRejected(form: Form | Rejection): form is Rejection {
  return 'reason' in form
}

/** What the plant knows of a form, asked once for all its readings; null where that is not all. */
function recognise(form: Form, plant: Plant): Known | null {
  if (form.known === null || form.generation !== plant.generation) {
    form.known = plant.find(form.reading)
    form.generation = plant.generation
  }
  return form.known
}

async function encodeChunk(chunk: LogChunk, { values, forms }: Decoded, context: PrepareContext, batchId: number, output: Output): Promise<ChunkShare> {
  const log = ownedLog(context, chunk)
  const replayed = output.replayed.get(chunk.partition) ?? NOTHING_REPLAYED
  const score = createScoring(log, context, output)
  let stored = 0
  let deadLettered = 0
  let duplicates = 0
  let lastDay = Number.NaN
  const days = new Set<number>()

  function reject(record: LogRecord, rejection: Rejection): void {
    deadLettered++
    output.rejections.push({ partition: chunk.partition, offset: record.offset, rejection })
    encodeDeadLetter(output.deadLetters, log.logKey, record, rejection, output.consumerId)
    settle(record.offset, 'refused')
  }

  function settle(offset: number, outcome: ReplayOutcome['outcome']): void {
    if (replayed.size === 0) return
    const letter = replayed.get(offset)
    if (letter !== undefined) output.replays.push({ logKey: letter.logKey, offset: letter.offset, outcome })
  }

  /** Null: it is stored; else why not, or that it was absorbed. */
  function arrive({ tracker, sensor }: Known, sequence: number): Rejection | 'absorbed' | null {
    if (tracker === null) return null
    if (tracker.touch(batchId)) {
      output.trackers.push(tracker)
      if (tracker.homeLog !== null && tracker.homeLog !== log.logKey && !tracker.share()) {
        output.foreign.push({ sensorKey: sensor.key, epoch: tracker.state().epoch, logKey: log.logKey })
      }
    }
    const arrival = tracker.arrive(sequence)
    if (arrival === 'new') return null
    if (arrival === 'duplicate') return 'absorbed'
    return { reason: 'sequence_too_old', detail: `sequence ${sequence} is from a gap that is no longer waited for` }
  }

  function encodeRecord(form: Form | Rejection, run: RecordRun, place: number, at: number): void {
    const offset = offsetAt(run, place)
    // What became of the letter is known already: whatever this one holds, it is the same once more.
    if (replayed.size > 0 && replayed.get(offset)?.settled === true) {
      duplicates++
      return
    }
    if (isRejected(form)) {
      reject(recordAt(run, place), form)
      return
    }
    const known = recognise(form, context.plant)
    if (known === null) throw new Error(`${form.reading.sensorId} was not learned`)
    const refusal = arrive(known, values[at + SEQUENCE] as number)
    if (refusal === 'absorbed') {
      duplicates++
      settle(offset, 'duplicate')
      return
    }
    if (refusal !== null) {
      reject(recordAt(run, place), refusal)
      return
    }
    stored++
    settle(offset, 'stored')
    const timeUs = values[at + TIME_US] as number
    const value = values[at + VALUE] as number
    const sent = values[at + LEVEL] as number
    const level = Number.isNaN(sent) ? ALERT_LEVELS.indexOf(alertLevelOf(value, known.version.thresholds)) : sent
    const day = dayOf(timeUs)
    if (day !== lastDay) days.add(lastDay = day)
    output.readings.add(
      timeUs, value, known.tracker === null ? Number.NaN : values[at + SEQUENCE] as number, known.sensor.key, known.version.key, batchId,
      values[at + READING_COUNT] as number, values[at + QUALITY] as number, offset - chunk.firstOffset, level)
    score(form, known, offset, timeUs, value, level, values[at + QUALITY] as number)
  }

  let index = 0
  for (const run of chunk.runs) {
    for (let place = run.from; place < run.to; place++, index++) {
      if (index % RECORDS_PER_TURN === RECORDS_PER_TURN - 1) await nextTurn()
      encodeRecord(forms[index] as Form | Rejection, run, place, index * SLOTS)
    }
  }
  log.preparedOffset = chunk.nextOffset
  return {
    logKey: log.logKey, batchId, firstOffset: chunk.firstOffset, nextOffset: chunk.nextOffset, stored, deadLettered, duplicates,
    holes: chunk.nextOffset - chunk.firstOffset - chunk.recordCount, numbersMoved: log.numbersMoved, days: [...days],
  }
}

/**
 * What this batch stores of the producers' numbers. Where there are many that only went on in order, they wait for the next checkpoint: with
 * 10,000 sensors in turn, storing them took as long as storing the readings did, on both sides.
 */
function takeChanges(touched: readonly SequenceTracker[], shares: readonly ChunkShare[], context: PrepareContext): EpochChange[] {
  const offsets = new Map(shares.map(({ logKey, nextOffset }) => [logKey, nextOffset]))
  const changes: EpochChange[] = []
  const take = (tracker: SequenceTracker): void => {
    const change = tracker.takeChange(offsets.get(tracker.homeLog ?? 0) ?? null)
    if (change !== null) changes.push(change)
  }
  for (const tracker of touched) {
    const log = tracker.homeLog === null ? null : logByKey(context.logs, tracker.homeLog)
    if (log !== null && !tracker.isUrgent && touched.length > FEW_EPOCHS) log.unstored.add(tracker)
    else {
      log?.unstored.delete(tracker)
      take(tracker)
    }
  }
  for (const tracker of context.plant.crowdedTrackers()) take(tracker)
  if (!context.checkpoint) return changes
  for (const { logKey } of shares) {
    const { unstored } = logByKey(context.logs, logKey)
    for (const tracker of unstored) take(tracker)
    unstored.clear()
  }
  return changes
}

/** Of those that this consumer has. */
export function logByKey(logs: ReadonlyMap<number, OwnedLog>, logKey: number): OwnedLog {
  for (const log of logs.values()) if (log.logKey === logKey) return log
  throw new Error(`log ${logKey} is not ours`)
}

const NOTHING_REPLAYED: ReadonlyMap<number, ReplayedLetter> = new Map()

type Score = (form: Form, known: Known, offset: number, timeUs: number, value: number, level: number, quality: number) => void

/** Judges one reading after the other of a log. */
function createScoring(log: OwnedLog, { alarmSettings, calendar }: PrepareContext, output: Output): Score {
  const heardMs = Date.now()
  return ({ reading }, { sensor, version }, offset, timeUs, value, level, quality) => {
    const alarms = alarmSettings.of(sensor.key, reading.sensorType)
    const memory = memoryOf(log, sensor.key)
    memory.heardMs = heardMs
    if (takeDevice(memory, sensor.replacedUs, timeUs)) {
      output.changes.push(...endConditions(memory, log.logKey, alarms, {
        sensorKey: sensor.key, sensorId: sensor.id, sensorType: reading.sensorType, machineId: reading.machine, location: version.location,
        unit: reading.unit, value, level: ALERT_LEVELS[level] as AlertLevel,
      }, REPLACED, { timeMs: timeUs / 1000, detectedBy: output.consumerId }))
    }
    // Not spread into the reading: 14 ns like this, 115 ns like that.
    const { utcOffsetMin, inMaintenance } = plantTime(calendar, reading.machine, timeUs)
    judge(memory, {
      timeUs, offset, value, level, quality, thresholds: version.thresholds, utcOffsetMin, inMaintenance,
    }, { log, consumerId: output.consumerId, sensor, version, reading, alarms }, output.changes)
  }
}

export type Memories = Pick<OwnedLog, 'memories' | 'detectors' | 'preparedOffset'>

export function memoryOf({ memories, detectors, preparedOffset }: Memories, sensorKey: number): SensorMemory {
  let memory = memories.get(sensorKey)
  if (memory === undefined) memories.set(sensorKey, memory = createSensorMemory(detectors?.add(sensorKey, preparedOffset) ?? null))
  return memory
}

function encodeDeadLetter(copy: BinaryCopy, logKey: number, record: LogRecord, rejection: Rejection, consumerId: string): void {
  copy.row(DEAD_LETTER_COLUMNS.length)
  copy.int2(logKey)
  copy.int8(record.offset)
  copy.text(rejection.reason)
  copy.text(rejection.detail)
  if (record.key === null) copy.null()
  else copy.bytea(record.key)
  if (record.value === null) copy.null()
  else copy.bytea(record.value)
  copy.jsonb(JSON.stringify(record.headers.map(([name, value]) => [name?.toString('base64') ?? null, value?.toString('base64') ?? null])))
  if (Number.isSafeInteger(record.timestampMs) && record.timestampMs > 0 && record.timestampMs < 9e12) copy.timestamptz(record.timestampMs * 1000)
  else copy.null()
  copy.text(consumerId)
}
