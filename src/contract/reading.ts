import { isUtf8 } from 'node:buffer'
import { ALERT_LEVELS, SENSOR_TYPES } from './sensor-types.ts'
import type { AlertLevel, SensorType } from './sensor-types.ts'
import { parseTimestamp } from './timestamp.ts'

/** One reading as it crosses the wire: the JSON value of a `sensor-data` message. */
export interface Reading {
  /** UTC, ISO 8601 with a zone. */
  timestamp: string
  sensor_id: string
  sensor_type: SensorType
  location: Location
  value: number
  unit: string
  alert_level?: AlertLevel
  /** 0 (worthless) to 1 (good). */
  quality?: number
  metadata?: ReadingMetadata
}

export interface Location {
  factory_section: string
  machine_id: string
  zone: string
}

export interface ReadingMetadata {
  reading_count?: number
  warning_threshold?: number
  critical_threshold?: number
  /** Names one life of the producer's counter; `sequence` rises by one within it. */
  producer_epoch?: string
  sequence?: number
}

/** A reading that passed every check, flat, with null for what was not sent. */
export interface ValidReading {
  /** Microseconds since 1970-01-01 UTC. */
  timeUs: number
  sensorId: string
  sensorType: SensorType
  section: string
  machine: string
  zone: string
  value: number
  unit: string
  level: AlertLevel | null
  quality: number | null
  readingCount: number | null
  warningThreshold: number | null
  criticalThreshold: number | null
  epoch: string | null
  sequence: number | null
}

export const REJECT_REASONS = [
  'empty', 'not_utf8', 'not_json', 'not_an_object', 'missing_field', 'wrong_type', 'not_finite', 'out_of_range',
  'empty_string', 'too_long', 'nul_character', 'lone_surrogate', 'bad_timestamp', 'in_the_future', 'older_than_retention',
  'unknown_sensor_type', 'unknown_alert_level', 'sequence_too_old', 'refused_by_database',
] as const
export type RejectReason = (typeof REJECT_REASONS)[number]

/** Why a message can't be stored: a stable code for counting, and a sentence for the person who looks at it. */
export interface Rejection {
  reason: RejectReason
  detail: string
}

export interface AcceptedTime {
  /** Readings before it are refused as `older_than_retention`, microseconds since 1970. */
  oldestUs: number
  /** Readings after it are refused as `in_the_future`, microseconds since 1970. */
  newestUs: number
}

/** Longest name that is accepted (sensor, section, machine, zone, unit, epoch), in UTF-16 code units. */
export const MAX_NAME_LENGTH = 256
/** `reading_count` is stored in four bytes. */
export const MAX_READING_COUNT = 2_147_483_647
export const MAX_SEQUENCE = Number.MAX_SAFE_INTEGER - 1

/**
 * Decodes and checks the value of one `sensor-data` message. Never throws: what is wrong comes back as a `Rejection`.
 * Fields that are not in the contract are ignored, so a NUL or a lone surrogate inside one of them does no harm.
 */
export function parseReading(bytes: Buffer | null | undefined, accepted: AcceptedTime): ValidReading | Rejection {
  if (bytes === null || bytes === undefined || bytes.length === 0) return { reason: 'empty', detail: 'the message has no value' }
  if (!isUtf8(bytes)) return { reason: 'not_utf8', detail: 'the value is not UTF-8' }
  let json: unknown
  try {
    json = JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    return { reason: 'not_json', detail: printable((error as SyntaxError).message) }
  }
  return checkReading(json, accepted)
}

export function isRejection(result: ValidReading | Rejection): result is Rejection {
  return 'reason' in result
}

function checkReading(json: unknown, accepted: AcceptedTime): ValidReading | Rejection {
  if (!isObject(json)) return { reason: 'not_an_object', detail: `a reading is a JSON object, this is ${kindOf(json)}` }
  const problem = new Problem()

  const sensorId = problem.name(json, 'sensor_id')
  if (sensorId === '') problem.report('empty_string', 'sensor_id is empty')
  const sensorType = problem.string(json, 'sensor_type')
  const timestamp = problem.string(json, 'timestamp')
  const value = problem.number(json, 'value', -Number.MAX_VALUE, Number.MAX_VALUE)
  const unit = problem.name(json, 'unit')
  const location = problem.object(json, 'location')
  const section = problem.name(location, 'factory_section', 'location.')
  const machine = problem.name(location, 'machine_id', 'location.')
  const zone = problem.name(location, 'zone', 'location.')
  const level = problem.optionalString(json, 'alert_level')
  const quality = problem.optionalNumber(json, 'quality', 0, 1)
  const metadata = problem.optionalObject(json, 'metadata')
  const readingCount = problem.optionalInteger(metadata, 'reading_count', MAX_READING_COUNT)
  const warningThreshold = problem.optionalNumber(metadata, 'warning_threshold', -Number.MAX_VALUE, Number.MAX_VALUE, 'metadata.')
  const criticalThreshold = problem.optionalNumber(metadata, 'critical_threshold', -Number.MAX_VALUE, Number.MAX_VALUE, 'metadata.')
  const epoch = problem.optionalEpoch(metadata)
  const sequence = problem.optionalInteger(metadata, 'sequence', MAX_SEQUENCE)
  if (problem.found !== null) return problem.found

  if (!Object.hasOwn(SENSOR_TYPES, sensorType)) {
    return { reason: 'unknown_sensor_type', detail: `sensor_type is "${printable(sensorType)}", known are ${Object.keys(SENSOR_TYPES).join(', ')}` }
  }
  if (level !== null && !(ALERT_LEVELS as readonly string[]).includes(level)) {
    return { reason: 'unknown_alert_level', detail: `alert_level is "${printable(level)}", known are ${ALERT_LEVELS.join(', ')}` }
  }
  const timeUs = parseTimestamp(timestamp)
  if (timeUs === null) {
    return { reason: 'bad_timestamp', detail: `timestamp is "${printable(timestamp)}", wanted is ISO 8601 with a zone, such as 2026-01-31T12:00:00.000Z` }
  }
  if (timeUs > accepted.newestUs) return { reason: 'in_the_future', detail: `timestamp ${printable(timestamp)} is more than 24 h ahead` }
  if (timeUs < accepted.oldestUs) return { reason: 'older_than_retention', detail: `timestamp ${printable(timestamp)} is older than what is kept` }

  return {
    timeUs, sensorId, sensorType: sensorType as SensorType, section, machine, zone, value, unit, level: level as AlertLevel | null,
    quality, readingCount, warningThreshold, criticalThreshold,
    // A sequence means something only within its epoch.
    epoch: sequence === null ? null : epoch, sequence: epoch === null ? null : sequence,
  }
}

type JsonObject = Record<string, unknown>

/** Collects the first thing that is wrong, so that a good reading passes without an allocation for its checks. */
class Problem {
  found: Rejection | null = null

  report(reason: RejectReason, detail: string): void {
    this.found ??= { reason, detail }
  }

  string(from: JsonObject, key: string, prefix = ''): string {
    const value = from[key]
    if (typeof value === 'string') return value
    if (value === undefined) this.report('missing_field', `${prefix}${key} is missing`)
    else this.report('wrong_type', `${prefix}${key} is ${kindOf(value)}, wanted is a string`)
    return ''
  }

  /** A string that is stored: not too long, and one that PostgreSQL can hold. */
  name(from: JsonObject, key: string, prefix = ''): string {
    const value = this.string(from, key, prefix)
    if (this.found === null) this.storable(value, prefix + key)
    return value
  }

  private storable(value: string, field: string): void {
    if (value.length > MAX_NAME_LENGTH) this.report('too_long', `${field} has ${value.length} characters, at most ${MAX_NAME_LENGTH} are kept`)
    else if (value.includes('\0')) this.report('nul_character', `${field} contains \\u0000, which PostgreSQL can't store`)
    else if (!value.isWellFormed()) this.report('lone_surrogate', `${field} contains half of a surrogate pair`)
  }

  number(from: JsonObject, key: string, low: number, high: number, prefix = ''): number {
    const value = from[key]
    if (typeof value === 'number') {
      // JSON has no NaN or Infinity, but 1e999 parses to one.
      if (!Number.isFinite(value)) this.report('not_finite', `${prefix}${key} is too large for a number`)
      else if (value < low || value > high) this.report('out_of_range', `${prefix}${key} is ${value}, allowed is ${low} to ${high}`)
      return value
    }
    if (value === undefined) this.report('missing_field', `${prefix}${key} is missing`)
    else this.report('wrong_type', `${prefix}${key} is ${kindOf(value)}, wanted is a number`)
    return 0
  }

  object(from: JsonObject, key: string): JsonObject {
    const value = from[key]
    if (isObject(value)) return value
    if (value === undefined) this.report('missing_field', `${key} is missing`)
    else this.report('wrong_type', `${key} is ${kindOf(value)}, wanted is an object`)
    return EMPTY
  }

  optionalString(from: JsonObject, key: string): string | null {
    return isAbsent(from[key]) ? null : this.string(from, key)
  }

  optionalNumber(from: JsonObject, key: string, low: number, high: number, prefix = ''): number | null {
    return isAbsent(from[key]) ? null : this.number(from, key, low, high, prefix)
  }

  optionalInteger(from: JsonObject, key: string, high: number): number | null {
    if (isAbsent(from[key])) return null
    const value = this.number(from, key, 0, high, 'metadata.')
    if (!Number.isInteger(value)) this.report('wrong_type', `metadata.${key} is ${value}, wanted is a whole number`)
    return value
  }

  optionalObject(from: JsonObject, key: string): JsonObject {
    return isAbsent(from[key]) ? EMPTY : this.object(from, key)
  }

  /** An epoch may be a string or a whole number; it is kept as a string. */
  optionalEpoch(metadata: JsonObject): string | null {
    const value = metadata['producer_epoch']
    if (isAbsent(value)) return null
    if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
    return this.name(metadata, 'producer_epoch', 'metadata.')
  }
}

const EMPTY: JsonObject = Object.freeze({})

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** Part of somebody's input, made fit for a log line, a Kafka header and a PostgreSQL text. */
export function printable(text: string): string {
  return text.slice(0, 80).toWellFormed().replaceAll(/[\u0000-\u001f\u007f]/g, '·')
}
