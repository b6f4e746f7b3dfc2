import { defaultCalendar } from '../calendar/calendar.ts'
import type { Calendar } from '../calendar/calendar.ts'
import { SENSOR_TYPES } from '../contract/sensor-types.ts'
import type { AlertLevel, SensorType, SensorTypeSettings } from '../contract/sensor-types.ts'
import { AT_REST, LOAD_AT_REST, dailyCycle, shiftCycle } from './cycles.ts'
import { createRandom, randomState } from './random.ts'
import type { Random } from './random.ts'

export interface SignalOptions {
  readonly type: SensorType
  /** SENSOR_SEED: one seed makes a whole plant, each sensor of it with a signal of its own. */
  readonly seed: string
  readonly sensorId: string
  /** With the sensor's machine, which rests outside of shifts and in maintenance. Absent: three shifts a day by UTC. */
  readonly work?: { readonly calendar: Calendar, readonly machineId: string }
}

export interface Sample {
  /** In the unit of the type, always within its plausible range. */
  readonly value: number
  /** 0 (worthless) to 1 (good). */
  readonly quality: number
}

/** The readings of one simulated sensor. Its memory is a few numbers, whatever the number of readings. */
export interface Signal {
  /**
   * The next reading, at a time in milliseconds since 1970. Equal seed, sensor and times give equal samples, bit for bit: the
   * cycles follow the time, the noise and the episodes follow the count of readings.
   */
  next(timeMs: number): Sample
}

/**
 * The parts of a healthy signal, as shares of its reach: the distance from base to the nearer of warning and the lowest
 * plausible value. Together they stay below 0.9 of it, so only an episode reaches a limit.
 */
export const DAILY_SHARE = 0.3
export const SHIFT_SHARE = 0.15
export const NOISE_SHARE = 0.12
export const BIAS_SHARE = 0.05
export const NOISE_LIMIT = 3
/** Correlation of the noise of one reading with that of the next. */
const NOISE_MEMORY = 0.9
const NOISE_STEP = Math.sqrt(1 - NOISE_MEMORY * NOISE_MEMORY)

/** Shares of the readings at warning and at critical, and the mean length of such an episode in readings. */
const WARNING = { share: 0.15, meanLength: 4 }
const CRITICAL = { share: 0.05, meanLength: 2 }
/** Chances per reading of passing from one level to another. Half of the critical episodes begin, and half end, in a warning. */
const CHANCE = transitionChances()

/** An episode stays below this share of the way to the next limit, so that rounding doesn't carry a value over it. */
const DEEPEST = 0.95
const POOR_QUALITY_SHARE = 0.02

export function createSignal({ type, seed, sensorId, work }: SignalOptions): Signal {
  return signalOf(SENSOR_TYPES[type], createRandom(randomState(JSON.stringify([seed, sensorId]))), work)
}

/** A signal of any settings with low < base < warning < critical < high, where low and high are the plausible range. */
export function signalOf(settings: SensorTypeSettings, random: Random, work?: SignalOptions['work']): Signal {
  const { zone, shiftAt, maintenanceOf } = work?.calendar ?? defaultCalendar()
  const maintenance = work === undefined ? null : maintenanceOf(work.machineId)
  const { base, warning, critical, plausible: [low, high] } = settings
  const reach = Math.min(warning - base, base - low)
  const scale = 10 ** decimals(settings)
  const bias = BIAS_SHARE * (2 * random.uniform() - 1)
  let noise = random.normal()
  let level: AlertLevel = 'normal'
  let depth = 0

  function healthy(timeMs: number, shift: number): number {
    const load = shift === AT_REST ? LOAD_AT_REST : 1
    return base + reach * (bias + DAILY_SHARE * dailyCycle(timeMs + zone.offsetMs(timeMs)) + SHIFT_SHARE * shift + NOISE_SHARE * load * noise)
  }

  function between(from: number, to: number): number {
    const share = Math.min(DEEPEST, Math.max(0, depth + 0.05 * noise))
    return Math.max(from, Math.round((from + (to - from) * share) * scale) / scale)
  }

  return {
    next(timeMs) {
      noise = NOISE_MEMORY * noise + NOISE_STEP * random.normal()
      noise = Math.min(NOISE_LIMIT, Math.max(-NOISE_LIMIT, noise))
      const nextLevel = follow(level, random.uniform())
      if (nextLevel !== level) {
        level = nextLevel
        // Squared: most episodes go little over their limit.
        const draw = random.uniform()
        depth = draw * draw
      }
      const shift = shiftCycle(maintenance?.(timeMs) ? null : shiftAt(timeMs), timeMs)
      // What rests reaches no limit.
      const reached = shift === AT_REST ? 'normal' : level
      const value = reached === 'critical' ? between(critical, high)
        : reached === 'warning' ? between(warning, critical)
          : Math.round(healthy(timeMs, shift) * scale) / scale
      return { value, quality: quality(random.uniform()) }
    },
  }
}

function follow(level: AlertLevel, draw: number): AlertLevel {
  const chance = CHANCE[level]
  if (draw < chance.first) return chance.firstLevel
  return draw < chance.first + chance.second ? chance.secondLevel : level
}

interface Chances {
  readonly first: number
  readonly firstLevel: AlertLevel
  readonly second: number
  readonly secondLevel: AlertLevel
}

/** The rates at which, in the long run, as many readings enter each level as leave it. */
function transitionChances(): Record<AlertLevel, Chances> {
  const normalShare = 1 - WARNING.share - CRITICAL.share
  const leaveWarning = WARNING.share / WARNING.meanLength
  const leaveCritical = CRITICAL.share / CRITICAL.meanLength
  const half = leaveCritical / 2
  return {
    normal: { first: (leaveWarning - half) / normalShare, firstLevel: 'warning', second: half / normalShare, secondLevel: 'critical' },
    warning: { first: (leaveWarning - half) / WARNING.share, firstLevel: 'normal', second: half / WARNING.share, secondLevel: 'critical' },
    critical: { first: half / CRITICAL.share, firstLevel: 'normal', second: half / CRITICAL.share, secondLevel: 'warning' },
  }
}

/** Mostly 1; of some readings 0.8 to 0.99. `draw` is from 0 up to 1. */
export function quality(draw: number): number {
  return draw >= POOR_QUALITY_SHARE ? 1 : Math.round((0.8 + 0.19 * draw / POOR_QUALITY_SHARE) * 100) / 100
}

/** Two, and more where a hundredth would be coarse against the distance between two limits. */
export function decimals({ base, warning, critical, plausible: [low, high] }: SensorTypeSettings): number {
  const narrowest = Math.min(base - low, warning - base, critical - warning, high - critical)
  let digits = 2
  while (digits < 9 && 10 ** -digits > narrowest / 100) digits++
  return digits
}
