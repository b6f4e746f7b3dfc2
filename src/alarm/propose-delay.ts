import { leastThatHelps } from './least-that-helps.ts'

/** A setting for an alarm that comes too often, with the effect that it would have had. */
export interface DelayProposal {
  readonly setting: 'offDelayMs' | 'onDelayMs'
  readonly delayMs: number
  readonly alarmsBefore: number
  readonly alarmsAfter: number
}

export interface Interval {
  readonly raisedMs: number
  readonly clearedMs: number | null
}

/** To be chosen from; the longest is the longest that EEMUA 191 recommends to begin with. */
const DELAYS_MS = [2_000, 5_000, 10_000, 15_000, 30_000, 60_000]

/**
 * The delay that would have spared most of the alarms of one rule of one sensor; null: none would have spared a fifth. An off-delay goes first,
 * because it joins alarms and hides none; an on-delay is proposed only where it spares twice as many. `own` is ordered by time.
 */
export function proposeDelay(own: readonly Interval[]): DelayProposal | null {
  const joined = best(own, 'offDelayMs', alarmsWithOffDelay)
  const hidden = best(own, 'onDelayMs', alarmsWithOnDelay)
  if (joined === null || hidden === null) return joined ?? hidden
  return own.length - hidden.alarmsAfter >= 2 * (own.length - joined.alarmsAfter) ? hidden : joined
}

function best(
  own: readonly Interval[], setting: DelayProposal['setting'], alarmsWith: (own: readonly Interval[], delayMs: number) => number,
): DelayProposal | null {
  return leastThatHelps(own.length, DELAYS_MS.map((delayMs) => (
    { setting, delayMs, alarmsBefore: own.length, alarmsAfter: alarmsWith(own, delayMs) })))
}

/** Two between which it was clear for less than the delay are one. */
function alarmsWithOffDelay(own: readonly Interval[], delayMs: number): number {
  return own.filter(({ raisedMs }, index) => {
    const before = own[index - 1]
    return before === undefined || (before.clearedMs !== null && raisedMs - before.clearedMs >= delayMs)
  }).length
}

/** One that lasted for less than the delay would not have come. */
function alarmsWithOnDelay(own: readonly Interval[], delayMs: number): number {
  return own.filter(({ raisedMs, clearedMs }) => clearedMs === null || clearedMs - raisedMs >= delayMs).length
}
