import { hash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isRejection, parseReading } from '../contract/reading.ts'
import type { AcceptedTime, Rejection, ValidReading } from '../contract/reading.ts'
import { ALERT_LEVELS, SENSOR_TYPES, alertLevelOf } from '../contract/sensor-types.ts'
import { dayOf } from '../contract/timestamp.ts'
import { applyRules, emptyMemory } from '../detect/rules.ts'
import type { Finding, SensorMemory } from '../detect/rules.ts'
import type { LogRecord, LogSlice } from '../kafka/log-slice.ts'
import { createBinaryCopy } from '../postgres/binary-copy.ts'
import type { BinaryCopy } from '../postgres/binary-copy.ts'
import type { PartitionLog } from '../postgres/logs.ts'
import type { ReplayOutcome, ReplayedLetter } from '../postgres/replay-outcomes.ts'
import type { LogShare, WriteBatch } from '../postgres/write-batch.ts'
import { ALERT_COLUMNS, DEAD_LETTER_COLUMNS, READING_COLUMNS } from '../postgres/write-batch.ts'
import type { Known, NumberedReading, Plant, Sensor, Version } from './plant.ts'
import type { ReplayArrivals } from './replay-arrivals.ts'
import type { SequenceTracker } from './sequences.ts'

/** A partition that this consumer has now, with its detectors' memory by sensor key. */
export interface OwnedLog extends PartitionLog {
  readonly memories: Map<number, SensorMemory>
}

export interface PrepareContext {
  readonly consumerId: string
  readonly plant: Plant
  readonly arrivals: ReplayArrivals
  readonly logs: ReadonlyMap<number, OwnedLog>
  readonly accepted: AcceptedTime
  /** One for each slice. */
  readonly batchIds: readonly number[]
  /** A reading that the database has refused: it goes to the dead letters. */
  readonly condemned: { readonly logKey: number, readonly offset: number, readonly detail: string } | null
}

/** What one transaction will write, and what has to be there before. */
export interface Prepared extends Omit<WriteBatch, 'snapshots'> {
  /** Days since 1970-01-01 that the readings fall on. */
  readonly days: ReadonlySet<number>
  readonly rejections: readonly { readonly partition: number, readonly offset: number, readonly rejection: Rejection }[]
  readonly stored: number
}

const DAY_US = 86_400_000_000
const TWO_32 = 4_294_967_296
/** Measured: 116 bytes a reading in the COPY stream. */
const COPY_BYTES_PER_READING = 128
/** So many readings in one turn of the event loop, about 3 ms: the batch before is being written meanwhile, in a dozen small steps. */
const READINGS_PER_TURN = 500

/** Readings may be so far ahead of our clock, and so old. */
export function acceptedTime(nowMs: number, retentionDays: number): AcceptedTime {
  return { newestUs: nowMs * 1000 + DAY_US, oldestUs: nowMs * 1000 - retentionDays * DAY_US }
}

/** Decodes, checks, recognises, scores and encodes what was fetched. Nothing is written yet, but the memories have moved on. */
export async function prepare(slices: readonly LogSlice[], context: PrepareContext): Promise<Prepared> {
  const decoded: Decoded[] = []
  const unknown: NumberedReading[] = []
  context.plant.forgetCrowded()
  for (const slice of slices) decoded.push(await decodeSlice(slice, context, unknown))
  if (unknown.length > 0) await context.plant.learn(unknown)
  const replayed = await context.arrivals.recognise(slices)

  const count = slices.reduce((sum, slice) => sum + slice.records.length, 0)
  const output: Output = {
    consumerId: context.consumerId, readings: createBinaryCopy(count * COPY_BYTES_PER_READING), alerts: createBinaryCopy(),
    deadLetters: createBinaryCopy(), rejections: [], trackers: new Set(), replayed, replays: [],
  }
  const shares: LogShare[] = []
  for (const [index, slice] of slices.entries()) {
    shares.push(await encodeSlice(slice, decoded[index] as Decoded, context, context.batchIds[index] as number, output))
  }
  return {
    ...output, shares, days: new Set(shares.flatMap((share) => share.days)),
    epochs: [...output.trackers].flatMap((tracker) => tracker.takeChange() ?? []),
    stored: shares.reduce((sum, share) => sum + share.stored, 0),
  }
}

interface Output {
  readonly consumerId: string
  readonly readings: BinaryCopy
  readonly alerts: BinaryCopy
  readonly deadLetters: BinaryCopy
  readonly rejections: { partition: number, offset: number, rejection: Rejection }[]
  readonly trackers: Set<SequenceTracker>
  readonly replayed: ReadonlyMap<LogRecord, ReplayedLetter>
  readonly replays: ReplayOutcome[]
}

function ownedLog(context: PrepareContext, slice: LogSlice): OwnedLog {
  const log = context.logs.get(slice.partition)
  if (log === undefined) throw new Error(`partition ${slice.partition} was fetched but is not ours`)
  return log
}

function isEndOfTurn(index: number): boolean {
  return index % READINGS_PER_TURN === READINGS_PER_TURN - 1
}

/** By the index of the record. */
interface Decoded {
  readonly readings: readonly (ValidReading | Rejection)[]
  /** What the plant knew of the reading when it was decoded; null where that was not all. */
  readonly known: readonly (Known | null)[]
}

/** Adds to `unknown` what has to be learned before the readings can be encoded. */
async function decodeSlice(slice: LogSlice, context: PrepareContext, unknown: NumberedReading[]): Promise<Decoded> {
  const sinceStart = ownedLog(context, slice).firstOffset === 0
  const readings: (ValidReading | Rejection)[] = []
  const known: (Known | null)[] = []
  for (const [index, record] of slice.records.entries()) {
    if (isEndOfTurn(index)) await nextTurn()
    const reading = decode(record, slice, context)
    const found = isRejection(reading) ? null : context.plant.find(reading)
    readings.push(reading)
    known.push(found)
    if (found === null && !isRejection(reading)) unknown.push({ reading, sinceStart })
  }
  return { readings, known }
}

function decode(record: LogRecord, slice: LogSlice, context: PrepareContext): ValidReading | Rejection {
  const { condemned } = context
  if (condemned !== null && condemned.offset === record.offset && condemned.logKey === ownedLog(context, slice).logKey) {
    return { reason: 'refused_by_database', detail: condemned.detail }
  }
  return parseReading(record.value, context.accepted)
}

async function encodeSlice(
  slice: LogSlice, { readings, known }: Decoded, context: PrepareContext, batchId: number, output: Output,
): Promise<LogShare> {
  const log = ownedLog(context, slice)
  let stored = 0
  let deadLettered = 0
  let duplicates = 0
  const days = new Set<number>()

  function reject(record: LogRecord, rejection: Rejection): void {
    deadLettered++
    output.rejections.push({ partition: slice.partition, offset: record.offset, rejection })
    encodeDeadLetter(output.deadLetters, log.logKey, record, rejection, output.consumerId)
    settle(record, 'refused')
  }

  function settle(record: LogRecord, outcome: ReplayOutcome['outcome']): void {
    const letter = output.replayed.get(record)
    if (letter !== undefined) output.replays.push({ logKey: letter.logKey, offset: letter.offset, outcome })
  }

  for (const [index, reading] of readings.entries()) {
    if (isEndOfTurn(index)) await nextTurn()
    const record = slice.records[index] as LogRecord
    // What became of the letter is known already: whatever this one holds, it is the same once more.
    if (output.replayed.get(record)?.settled === true) {
      duplicates++
      continue
    }
    if (isRejection(reading)) {
      reject(record, reading)
      continue
    }
    const found = known[index] ?? context.plant.find(reading)
    if (found === null) throw new Error(`${reading.sensorId} was not learned`)
    const { sensor, version, tracker } = found
    const arrival = tracker === null ? 'new' : tracker.arrive(reading.sequence as number)
    if (tracker !== null) output.trackers.add(tracker)
    if (arrival === 'duplicate') {
      duplicates++
      settle(record, 'duplicate')
      continue
    }
    if (arrival === 'too_old') {
      reject(record, { reason: 'sequence_too_old', detail: `sequence ${reading.sequence} is from a gap that is no longer waited for` })
      continue
    }
    const level = reading.level ?? alertLevelOf(reading.value, version.thresholds)
    stored++
    settle(record, 'stored')
    days.add(dayOf(reading.timeUs))
    encodeReading(output.readings, reading, sensor.key, version.key, batchId, record.offset - slice.firstOffset, ALERT_LEVELS.indexOf(level))
    const findings = applyRules(memoryOf(log, sensor.key), {
      offset: record.offset, value: reading.value, unit: reading.unit, level, criticalThreshold: version.thresholds.critical,
    }, SENSOR_TYPES[reading.sensorType].rules)
    for (const finding of findings) encodeAlert(output, log, record.offset, reading, sensor, version, level, finding)
  }

  return {
    logKey: log.logKey, batchId, firstOffset: slice.firstOffset, nextOffset: slice.nextOffset, stored, deadLettered, duplicates,
    holes: slice.nextOffset - slice.firstOffset - readings.length, days: [...days],
  }
}

function memoryOf(log: OwnedLog, sensorKey: number): SensorMemory {
  let memory = log.memories.get(sensorKey)
  if (memory === undefined) log.memories.set(sensorKey, memory = emptyMemory())
  return memory
}

function encodeReading(
  copy: BinaryCopy, reading: ValidReading, sensorKey: number, versionKey: number, batchId: number, offsetInBatch: number, level: number,
): void {
  copy.row(READING_COLUMNS.length)
  copy.timestamptz(reading.timeUs)
  copy.float8(reading.value)
  if (reading.sequence === null) copy.null()
  else copy.int8(reading.sequence)
  copy.int4(sensorKey)
  copy.int4(versionKey)
  copy.int4(batchId)
  if (reading.readingCount === null) copy.null()
  else copy.int4(reading.readingCount)
  if (reading.quality === null) copy.null()
  else copy.float4(reading.quality)
  copy.int2(offsetInBatch)
  copy.int2(level)
}

function encodeAlert(
  output: Output, log: OwnedLog, offset: number, reading: ValidReading, sensor: Sensor, version: Version, level: string, finding: Finding,
): void {
  const copy = output.alerts
  const id = alertId(log, offset, finding.rule)
  const raised = finding.episodeOffset === offset
  copy.row(ALERT_COLUMNS.length)
  copy.uuid(id)
  copy.text(sensor.id)
  copy.text(reading.sensorType)
  copy.text(finding.rule)
  copy.text(finding.severity)
  copy.float8(reading.value)
  copy.text(reading.unit)
  copy.text(level)
  copy.text(finding.description)
  copy.jsonb(version.location)
  copy.text(output.consumerId)
  copy.timestamptz(reading.timeUs)
  copy.uuid(raised ? id : alertId(log, finding.episodeOffset, finding.rule))
  copy.text(raised ? 'raised' : 'continued')
  copy.int2(log.logKey)
  copy.int8(offset)
}

const idPrefixes = new Map<string, Buffer>()

/**
 * The same for the same reading and rule, whoever finds it and however often: a UUID of version 8. Its first half is a hash of the log and
 * the rule, its second half Kafka's offset, so ids of a log rise with it and the index of the alerts grows at its end.
 */
function alertId(log: PartitionLog, offset: number, rule: string): Buffer {
  const name = `${log.topicId}/${log.generation}/${log.partition}/${rule}`
  let prefix = idPrefixes.get(name)
  if (prefix === undefined) {
    prefix = hash('sha256', name, 'buffer').subarray(0, 8)
    prefix.writeUInt8((prefix.readUInt8(6) & 0x0f) | 0x80, 6)
    idPrefixes.set(name, prefix)
  }
  const id = Buffer.allocUnsafe(16)
  prefix.copy(id)
  // The two highest bits are the variant's; an offset stays below 2^53.
  id.writeUInt32BE((0x80000000 + Math.floor(offset / TWO_32)) >>> 0, 8)
  id.writeUInt32BE(offset % TWO_32, 12)
  return id
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
