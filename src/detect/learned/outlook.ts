import { deviationOf } from '../machine/channel.ts'
import { hourMean, hourOf, isHourKnown } from './hour-profile.ts'
import { takeBand, warmUpProgress } from './score-reading.ts'
import { CHANNEL_AT, INTERVAL_US, LEVEL, NEWEST_US, READINGS } from './state.ts'
import type { Detector } from './state.ts'

/** What a detector expects at the time of the newest reading, in the sensor's unit; null where it doesn't know yet. */
export interface Outlook {
  /** 0 to 1: it says nothing before it is 1. */
  readonly learned: number
  readonly expected: number | null
  readonly bandLow: number | null
  readonly bandHigh: number | null
  /** How far it lies from its baseline lately, as a channel of its machine: standard deviations. */
  readonly deviation: number | null
}

/**
 * In a plant a detector is believed after an hour, too: 180 readings of a sensor of two a second are 90 s, after which a quarter of an example
 * plant's alarms were of what had only not been seen yet.
 */
const LEAST_EXPERIENCE_US = 3_600_000_000

/** 0 to 1: what it finds is worth an alarm when it is 1. */
export function experienceOf(detector: Detector): number {
  const { numbers } = detector
  return Math.min(warmUpProgress(detector), (numbers[READINGS] as number) * (numbers[INTERVAL_US] as number) / LEAST_EXPERIENCE_US)
}

export function outlookOf(detector: Detector): Outlook {
  const { numbers } = detector
  const hour = hourOf(numbers, numbers[NEWEST_US] as number)
  const expected = numbers[READINGS] === 0 ? Number.NaN : isHourKnown(numbers, hour) ? hourMean(numbers, hour) : numbers[LEVEL] as number
  const band = { bandLow: 0, bandHigh: 0 }
  takeBand(numbers, expected, band)
  return {
    learned: experienceOf(detector), expected: known(expected), bandLow: known(band.bandLow), bandHigh: known(band.bandHigh),
    deviation: machineDeviation(detector),
  }
}

/** How far the sensor is from its baseline lately, in standard deviations, as a channel of its machine; null: it isn't believed yet. */
export function machineDeviation(detector: Detector): number | null {
  return experienceOf(detector) < 1 ? null : deviationOf(detector.numbers, CHANNEL_AT)
}

function known(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
