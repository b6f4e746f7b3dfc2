/** Nothing is over; over, but not long enough; raised; raised, and clear, but not long enough. */
export const INACTIVE = 0
export const PENDING = 1
export const ACTIVE = 2
export const CLEARING = 3
export type Phase = typeof INACTIVE | typeof PENDING | typeof ACTIVE | typeof CLEARING

/** What is remembered of one rule of one sensor: a constant size. Times in µs since 1970, of the readings. */
export interface Condition {
  phase: Phase
  /** Begin of the phase `PENDING` or `CLEARING`. */
  sinceUs: number
  /** Kafka offset and time of the reading that raised it, and its value. */
  offset: number
  raisedUs: number
  firstValue: number
  /** The value that went farthest, how far, and when. */
  peak: number
  peakExcess: number
  peakUs: number
  /** Readings that were over since it began, those before it was raised included. */
  readings: number
  /** How many of them are new in the change that was just returned. */
  addedReadings: number
  /** How many of `readings` have been in a change. */
  reportedReadings: number
  /** The highest so far. */
  severity: number
  /** When it was last raised, escalated or raised again. */
  announcedUs: number
  /** When a change was last returned. */
  changedUs: number
}

export function isRaised({ phase }: Condition): boolean {
  return phase === ACTIVE || phase === CLEARING
}

/** What one reading says of a rule. May be one object for all readings: nothing of it is kept. */
export interface Signal {
  readonly timeUs: number
  /** Kafka's, of the reading. */
  readonly offset: number
  /** In the sensor's unit. */
  readonly value: number
  /** How far beyond what is allowed, more being worse: decides which value is the peak. */
  readonly excess: number
  /** 0 low, 1 medium, 2 high. */
  readonly severity: number
  /** The rule fires. */
  readonly over: boolean
  /** Back by more than the deadband. Neither `over` nor `clear` leaves all as it is. */
  readonly clear: boolean
}

export interface ConditionSettings {
  /** So long it must be over without having been clear before it is raised (OPC UA's OnDelay). */
  readonly onDelayMs: number
  /** So long it must be clear without having been over before it is cleared (OPC UA's OffDelay). */
  readonly offDelayMs: number
  /** Raised again when it stands for so long (OPC UA's ReAlarmTime); null: never. */
  readonly reAlarmMs: number | null
}

/** `updated`: the peak or the number of readings is another; nothing that anybody has to be told. */
export type ConditionChange = 'raised' | 'escalated' | 'realarmed' | 'cleared' | 'updated'

/** The row of an alarm that stands is brought up to date no more often than this. */
const UPDATE_US = 10_000_000

export function emptyCondition(): Condition {
  return {
    phase: INACTIVE, sinceUs: 0, offset: 0, raisedUs: 0, firstValue: 0, peak: 0, peakExcess: 0, peakUs: 0, readings: 0, addedReadings: 0,
    reportedReadings: 0, severity: 0, announcedUs: 0, changedUs: 0,
  }
}

/**
 * Follows a rule over the readings of a sensor, by the readings' own times: the same readings give the same changes. After a change the
 * condition's fields say what it is about; after `cleared` they do until the next reading. Times that repeat are no time that passed; where
 * the time goes back, delays are counted from the earlier one, so that a clock that was set back delays nothing for long.
 */
export function followCondition(condition: Condition, signal: Signal, settings: ConditionSettings): ConditionChange | null {
  const { over } = signal
  if (condition.phase === INACTIVE) {
    if (!over) return null
    begin(condition, signal)
  }
  const { timeUs } = signal
  if (timeUs < condition.sinceUs) condition.sinceUs = timeUs
  if (timeUs < condition.announcedUs) condition.announcedUs = timeUs
  if (timeUs < condition.changedUs) condition.changedUs = timeUs
  if (condition.phase === PENDING) return followPending(condition, signal, settings)
  return over ? followOver(condition, signal, settings) : followBack(condition, signal, settings)
}

function begin(condition: Condition, { timeUs, value, excess, severity }: Signal): void {
  condition.phase = PENDING
  condition.sinceUs = timeUs
  condition.peak = value
  condition.peakExcess = excess
  condition.peakUs = timeUs
  condition.readings = 0
  condition.reportedReadings = 0
  condition.severity = severity
  condition.announcedUs = timeUs
  condition.changedUs = timeUs
}

function followPending(condition: Condition, signal: Signal, { onDelayMs }: ConditionSettings): ConditionChange | null {
  if (!signal.over) {
    if (signal.clear) condition.phase = INACTIVE
    return null
  }
  count(condition, signal)
  if (signal.severity > condition.severity) condition.severity = signal.severity
  if (signal.timeUs - condition.sinceUs < onDelayMs * 1_000) return null
  condition.phase = ACTIVE
  condition.offset = signal.offset
  condition.raisedUs = signal.timeUs
  condition.firstValue = signal.value
  condition.announcedUs = signal.timeUs
  return changed(condition, signal, 'raised')
}

function followOver(condition: Condition, signal: Signal, { reAlarmMs }: ConditionSettings): ConditionChange | null {
  condition.phase = ACTIVE
  const peaked = count(condition, signal)
  if (signal.severity > condition.severity) {
    condition.severity = signal.severity
    condition.announcedUs = signal.timeUs
    return changed(condition, signal, 'escalated')
  }
  if (reAlarmMs !== null && signal.timeUs - condition.announcedUs >= reAlarmMs * 1_000) {
    condition.announcedUs = signal.timeUs
    return changed(condition, signal, 'realarmed')
  }
  const hasNews = peaked || condition.readings > condition.reportedReadings
  return hasNews && signal.timeUs - condition.changedUs >= UPDATE_US ? changed(condition, signal, 'updated') : null
}

/** Raised, and not over any more. */
function followBack(condition: Condition, signal: Signal, { offDelayMs }: ConditionSettings): ConditionChange | null {
  if (condition.phase === ACTIVE) {
    if (!signal.clear) return null
    condition.phase = CLEARING
    condition.sinceUs = signal.timeUs
  }
  if (signal.timeUs - condition.sinceUs < offDelayMs * 1_000) return null
  condition.phase = INACTIVE
  return changed(condition, signal, 'cleared')
}

/** Says whether the reading is the new peak. */
function count(condition: Condition, { timeUs, value, excess }: Signal): boolean {
  condition.readings++
  if (excess <= condition.peakExcess) return false
  condition.peak = value
  condition.peakExcess = excess
  condition.peakUs = timeUs
  return true
}

function changed(condition: Condition, { timeUs }: Signal, change: ConditionChange): ConditionChange {
  condition.addedReadings = condition.readings - condition.reportedReadings
  condition.reportedReadings = condition.readings
  condition.changedUs = timeUs
  return change
}

/** Phase and severity 1 byte each, the other eleven fields that outlive a change as float8, big endian. */
export const CONDITION_BYTES = 2 + 11 * 8

/** Returns where the next one goes. */
export function writeCondition(packed: Buffer, condition: Condition, at: number): number {
  let next = packed.writeUInt8(condition.phase, at)
  next = packed.writeUInt8(condition.severity, next)
  const { sinceUs, offset, raisedUs, firstValue, peak, peakExcess, peakUs, readings, reportedReadings, announcedUs, changedUs } = condition
  for (const field of [sinceUs, offset, raisedUs, firstValue, peak, peakExcess, peakUs, readings, reportedReadings, announcedUs, changedUs]) {
    next = packed.writeDoubleBE(field, next)
  }
  return next
}

export function readCondition(packed: Buffer, at: number): Condition {
  const field = (index: number): number => packed.readDoubleBE(at + 2 + index * 8)
  return {
    phase: packed.readUInt8(at) as Phase, severity: packed.readUInt8(at + 1),
    sinceUs: field(0), offset: field(1), raisedUs: field(2), firstValue: field(3), peak: field(4), peakExcess: field(5), peakUs: field(6),
    readings: field(7), reportedReadings: field(8), announcedUs: field(9), changedUs: field(10), addedReadings: 0,
  }
}
