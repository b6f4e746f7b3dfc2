import { setImmediate as nextTurn } from 'node:timers/promises'
import { LEVEL, QUALITY, READING_COUNT, SEQUENCE, SLOTS, TIME_US, VALUE, learnShape, matchShape } from '../contract/message-shape.ts'
import type { MessageShape } from '../contract/message-shape.ts'
import { isRejection, parseReading } from '../contract/reading.ts'
import type { AcceptedTime, Rejection, ValidReading } from '../contract/reading.ts'
import { ALERT_LEVELS } from '../contract/sensor-types.ts'
import type { LogChunk } from '../kafka/log-chunk.ts'
import { FIELDS, KEY_END, KEY_START, VALUE_END, VALUE_START } from '../kafka/record-run.ts'
import type { RecordRun } from '../kafka/record-run.ts'
import type { Known } from './plant.ts'

/** What a reading has in common with others of its sensor, and what the plant knows of it. */
export interface Form {
  /** For its sensor, place, unit, limits and epoch; the rest is another reading's. */
  readonly reading: ValidReading
  /** As the plant knew it in that generation; null: not yet. */
  known: Known | null
  generation: number
}

/** By the place of the record in its chunk. */
export interface Decoded {
  /** `SLOTS` numbers each; nothing where it was rejected. */
  readonly values: Float64Array
  readonly forms: readonly (Form | Rejection)[]
}

/** Decodes the messages of all partitions that a consumer has. */
export interface Decoder {
  /** `refused`: the offset of a message that the database has refused. */
  decode(chunk: LogChunk, accepted: AcceptedTime, refused: RefusedMessage | null): Promise<Decoded>
}

export interface RefusedMessage {
  readonly offset: number
  readonly detail: string
}

interface LearnedShape extends Form {
  readonly shape: MessageShape
}

/** The shapes of the messages under one key. */
interface KeyShapes {
  readonly shapes: LearnedShape[]
  learned: number
  matched: number
}

/** So many records in one turn of the event loop, about 3 ms at most: the batch before is being written meanwhile, in a dozen small steps. */
export const RECORDS_PER_TURN = 500
/** Some sensors leave a value out now and then, and each way of it is a shape. */
const SHAPES_PER_KEY = 4
/** Where messages differ in other values than those of a shape, learning one after the other would cost more than it saves. */
const LEARNED_IN_VAIN = 16
/** Keys that are remembered; with more of them all are forgotten, so that keys that never come again don't fill the memory. */
const MAX_KEYS = 200_000

export function createDecoder(): Decoder {
  const byKey = new Map<number, KeyShapes>()

  function shapesOf(key: number): KeyShapes {
    let found = byKey.get(key)
    if (found !== undefined) return found
    if (byKey.size >= MAX_KEYS) byKey.clear()
    byKey.set(key, found = { shapes: [], learned: 0, matched: 0 })
    return found
  }

  function learn(keyShapes: KeyShapes, message: Buffer, reading: ValidReading): Form {
    const form: Form = { reading, known: null, generation: -1 }
    if (keyShapes.learned > LEARNED_IN_VAIN + keyShapes.matched) return form
    const shape = learnShape(message, reading)
    if (shape === null) return form
    keyShapes.learned++
    const learned: LearnedShape = { ...form, shape }
    keyShapes.shapes.unshift(learned)
    keyShapes.shapes.length = Math.min(keyShapes.shapes.length, SHAPES_PER_KEY)
    return learned
  }

  return {
    async decode(chunk, accepted, refused) {
      const values = new Float64Array(chunk.recordCount * SLOTS)
      const forms: (Form | Rejection)[] = []

      function decodeRecord({ bytes, baseOffset, fields }: RecordRun, view: DataView, field: number, at: number): Form | Rejection {
        if (refused !== null && refused.offset === baseOffset + (fields[field] as number)) {
          return { reason: 'refused_by_database', detail: refused.detail }
        }
        const from = fields[field + VALUE_START] as number
        const to = fields[field + VALUE_END] as number
        const keyFrom = fields[field + KEY_START] as number
        // Without a key all sensors would share one entry.
        const keyShapes = keyFrom < 0 || from < 0 ? null : shapesOf(hashOf(bytes, keyFrom, fields[field + KEY_END] as number))
        if (keyShapes !== null) {
          for (const learned of keyShapes.shapes) {
            if (!matchShape(learned.shape, view, from, to, accepted, values, at)) continue
            keyShapes.matched++
            return learned
          }
        }
        const message = from < 0 ? null : bytes.subarray(from, to)
        const reading = parseReading(message, accepted)
        if (isRejection(reading)) return reading
        putValues(reading, values, at)
        return message === null || keyShapes === null ? { reading, known: null, generation: -1 } : learn(keyShapes, message, reading)
      }

      for (const run of chunk.runs) {
        const view = new DataView(run.bytes.buffer, run.bytes.byteOffset, run.bytes.length)
        for (let index = run.from; index < run.to; index++) {
          forms.push(decodeRecord(run, view, index * FIELDS, forms.length * SLOTS))
          if (forms.length % RECORDS_PER_TURN === 0) await nextTurn()
        }
      }
      return { values, forms }
    },
  }
}

/** FNV-1a, cut to what is a small integer for the engine. */
function hashOf(bytes: Buffer, from: number, to: number): number {
  let hash = 0x811c9dc5
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193)
  return hash & 0x3fffffff
}

function putValues(reading: ValidReading, values: Float64Array, at: number): void {
  values[at + TIME_US] = reading.timeUs
  values[at + VALUE] = reading.value
  values[at + LEVEL] = reading.level === null ? Number.NaN : ALERT_LEVELS.indexOf(reading.level)
  values[at + QUALITY] = reading.quality ?? Number.NaN
  values[at + READING_COUNT] = reading.readingCount ?? Number.NaN
  values[at + SEQUENCE] = reading.sequence ?? Number.NaN
}
