import type { Span } from '../calendar/spans.ts'
import type { SensorType, SensorTypeSettings } from '../contract/sensor-types.ts'
import { countedBits, countedUniform, normalOf } from './counted-random.ts'
import { AT_REST, LOAD_AT_REST } from './cycles.ts'
import type { PlantCycles } from './cycles.ts'
import { faultKind } from './faults/fault-kinds.ts'
import { episodeNear, nextEpisode } from './faults/episodes.ts'
import type { Episode, FaultPlan } from './faults/episodes.ts'
import { randomState } from './random.ts'
import { BIAS_SHARE, DAILY_SHARE, NOISE_LIMIT, NOISE_SHARE, SHIFT_SHARE, decimals, quality } from './signal.ts'
import type { Sample } from './signal.ts'

export interface TimedSignalOptions {
  readonly type: SensorType
  readonly settings: SensorTypeSettings
  readonly seed: string
  readonly sensorId: string
  readonly machineId: string
  /** Reading `index` is taken at `index * intervalMs + phaseMs` since 1970. */
  readonly intervalMs: number
  readonly phaseMs: number
  readonly faults: readonly FaultPlan[]
  /** Of the plant. */
  readonly cycles: PlantCycles
  /** Finds the maintenance in which the machine rests; null: there is none. */
  readonly maintenance: ((timeMs: number) => Span | null) | null
}

/**
 * The readings of one simulated sensor, each of which follows from seed, sensor and time alone: they can be asked for from any time on, and
 * are the same bit for bit in a backfill, in a live run, and after a restart.
 */
export interface TimedSignal {
  /** Milliseconds since 1970. */
  timeOf(index: number): number
  /** The first reading that isn't before a time. */
  indexFrom(timeMs: number): number
  /** Null: the sensor is silent. */
  read(index: number): Sample | null
  /** What the sensor suffered from at the time of the reading that was asked for last; the same array as long as it stays the same. */
  readonly active: readonly Episode[]
}

interface Source {
  readonly plan: FaultPlan
  readonly seed: number
  /** In units of the sensor for a deviation of 1. */
  readonly reach: number
}

const NONE: readonly Episode[] = []
/** Half of the noise changes with each reading, the other half wanders from one point to the next over so many readings. */
const WANDER_READINGS = 32
const HALF = Math.SQRT1_2
/** Purposes of random numbers, so that none is used twice. */
const [NOISE, WANDER, QUALITY, EFFECT, BIAS] = [1, 2, 3, 4, 5]

export function createTimedSignal(options: TimedSignalOptions): TimedSignal {
  const { settings, intervalMs, phaseMs, cycles, maintenance } = options
  const { base, warning, plausible: [low, high] } = settings
  const lowest = Math.min(warning - base, base - low)
  const scale = 10 ** decimals(settings)
  const seedOf = (purpose: string | number): number => randomState(JSON.stringify([options.seed, options.sensorId, purpose]))[0]
  const [noiseSeed, wanderSeed, qualitySeed, effectSeed] = [seedOf(NOISE), seedOf(WANDER), seedOf(QUALITY), seedOf(EFFECT)]
  const bias = BIAS_SHARE * (2 * countedUniform(seedOf(BIAS), 0) - 1)
  const sources = options.faults.flatMap((plan) => sourceOf(plan, options))
  let active = NONE
  let reaches: readonly Source[] = []
  /** In between nothing begins and nothing ends. */
  let validFromMs = 0
  let validUntilMs = 0
  let wanderIndex = -1
  let wanderFrom = 0
  let wanderTo = 0

  const timeOf = (index: number): number => Math.round(index * intervalMs + phaseMs)

  function indexFrom(timeMs: number): number {
    let index = Math.floor((timeMs - phaseMs) / intervalMs)
    while (timeOf(index) < timeMs) index++
    while (timeOf(index - 1) >= timeMs) index--
    return index
  }

  function noise(index: number): number {
    const point = Math.floor(index / WANDER_READINGS)
    if (point !== wanderIndex) {
      wanderIndex = point
      wanderFrom = normalOf(countedBits(wanderSeed, point))
      wanderTo = normalOf(countedBits(wanderSeed, point + 1))
    }
    const way = (index - point * WANDER_READINGS) / WANDER_READINGS
    const both = HALF * normalOf(countedBits(noiseSeed, index)) + HALF * (wanderFrom + (wanderTo - wanderFrom) * way)
    return both > NOISE_LIMIT ? NOISE_LIMIT : both < -NOISE_LIMIT ? -NOISE_LIMIT : both
  }

  /** Where it is in the cycle of its shift. */
  function shiftAt(timeMs: number): number {
    cycles.follow(timeMs)
    return maintenance !== null && maintenance(timeMs) !== null ? AT_REST : cycles.shift
  }

  function healthy(index: number, timeMs: number): number {
    const shift = shiftAt(timeMs)
    const load = shift === AT_REST ? LOAD_AT_REST : 1
    return base + lowest * (bias + (DAILY_SHARE * cycles.daily + SHIFT_SHARE * shift) + NOISE_SHARE * load * noise(index))
  }

  function follow(timeMs: number): void {
    validFromMs = -Infinity
    validUntilMs = Infinity
    const found: Episode[] = []
    const from: Source[] = []
    for (const source of sources) {
      const near = episodeNear(source.plan, source.seed, timeMs)
      if (timeMs < near.startMs) validUntilMs = Math.min(validUntilMs, near.startMs)
      else if (timeMs < near.endMs) {
        validUntilMs = Math.min(validUntilMs, near.endMs)
        found.push(near)
        from.push(source)
      } else validUntilMs = Math.min(validUntilMs, nextEpisode(source.plan, source.seed, near).startMs)
    }
    validFromMs = timeMs
    if (found.length === active.length && found.every((episode, index) => isSame(episode, active[index] as Episode))) return
    active = found.length === 0 ? NONE : found
    reaches = from
  }

  /** Null: silent. What is added comes first, then what freezes. */
  function faulty(index: number, timeMs: number): number | null {
    let deviation = 0
    let frozen: Episode | null = null
    const load = shiftAt(timeMs) === AT_REST ? LOAD_AT_REST : 1
    for (const [place, episode] of active.entries()) {
      const { effect, of } = faultKind(episode.kind)
      if (effect === 'silent') return null
      if (effect === 'frozen') frozen = episode
      else {
        const progress = (timeMs - episode.startMs) / (episode.endMs - episode.startMs)
        const reach = (of === 'machine' ? load : 1) * (reaches[place] as Source).reach
        deviation += reach * effect(progress, episode.severity, episode.direction, countedBits(effectSeed, index))
      }
    }
    if (frozen === null) return healthy(index, timeMs) + deviation
    const first = indexFrom(frozen.startMs)
    return healthy(first, timeOf(first))
  }

  return {
    get active() { return active },
    timeOf, indexFrom,
    read(index) {
      const timeMs = timeOf(index)
      if (timeMs >= validUntilMs || timeMs < validFromMs) follow(timeMs)
      const exact = active === NONE ? healthy(index, timeMs) : faulty(index, timeMs)
      if (exact === null) return null
      const value = Math.round(Math.min(high, Math.max(low, exact)) * scale) / scale
      return { value, quality: quality(countedUniform(qualitySeed, index)) }
    },
  }
}

function isSame(one: Episode, other: Episode): boolean {
  return one.kind === other.kind && one.window === other.window
}

/** None where the sensor doesn't feel it. */
function sourceOf(plan: FaultPlan, { type, settings: { base, critical }, seed, sensorId, machineId }: TimedSignalOptions): Source[] {
  const kind = faultKind(plan.kind)
  const felt = kind.felt === null ? 1 : kind.felt[type] ?? 0
  if (felt === 0) return []
  const whose = kind.of === 'machine' ? machineId : sensorId
  return [{ plan, seed: randomState(JSON.stringify([seed, kind.of, whose, plan.kind]))[0], reach: felt * (critical - base) }]
}
