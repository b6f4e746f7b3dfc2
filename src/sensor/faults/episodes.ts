import { countedBits, countedUniform } from '../counted-random.ts'
import type { FaultName } from './fault-kinds.ts'

/** How one kind of fault comes: an episode of `meanMs` on average in each window of `windowMs`. */
export interface FaultPlan {
  readonly kind: FaultName
  readonly meanMs: number
  readonly windowMs: number
}

export interface Episode {
  readonly kind: FaultName
  /** Which window of its plan. */
  readonly window: number
  /** Milliseconds since 1970: from `startMs` up to, not including, `endMs`. */
  readonly startMs: number
  readonly endMs: number
  /** 0.6 to 1.4. */
  readonly severity: number
  readonly direction: 1 | -1
}

const HOUR_MS = 3_600_000
/** Lengths are from half of the mean to one and a half. */
const SHORTEST = 0.5
/** Draws for one window, each from a number of its own. */
const DRAWS = 4
/** No window may be shorter than its longest episode. */
export const MAX_SHARE = 0.5

/**
 * Together the kinds take `share` of the time, 0 to `MAX_SHARE`, divided by their weights. A time scale of 60 lets an hour of an episode
 * pass in a minute.
 */
export function faultPlans(
  kinds: readonly { readonly kind: FaultName, readonly hours: number, readonly weight: number }[], share: number, timeScale: number,
): FaultPlan[] {
  const weights = kinds.reduce((sum, { weight }) => sum + weight, 0)
  return kinds.filter(({ weight }) => weight > 0 && share > 0).map(({ kind, hours, weight }) => {
    const meanMs = hours * HOUR_MS / timeScale
    return { kind, meanMs, windowMs: meanMs / (share * weight / weights) }
  })
}

/** The episode of the window that a time falls into, in milliseconds since 1970. It follows from seed and time alone. */
export function episodeNear(plan: FaultPlan, seed: number, timeMs: number): Episode {
  return episodeOfWindow(plan, seed, Math.floor(timeMs / plan.windowMs - countedUniform(seed, 0)))
}

/** The one after it. */
export function nextEpisode(plan: FaultPlan, seed: number, { window }: Episode): Episode {
  return episodeOfWindow(plan, seed, window + 1)
}

function episodeOfWindow({ kind, meanMs, windowMs }: FaultPlan, seed: number, window: number): Episode {
  const draw = (index: number): number => countedUniform(seed, 1 + window * DRAWS + index)
  const lengthMs = meanMs * (SHORTEST + draw(0))
  const startMs = (window + countedUniform(seed, 0)) * windowMs + draw(1) * (windowMs - lengthMs)
  return {
    kind, window, startMs: Math.round(startMs), endMs: Math.round(startMs + lengthMs), severity: 0.6 + 0.8 * draw(2),
    direction: (countedBits(seed, 1 + window * DRAWS + 3) & 1) === 0 ? 1 : -1,
  }
}
