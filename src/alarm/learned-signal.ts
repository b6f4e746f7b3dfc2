import { STRENGTH_AT_THRESHOLD } from '../detect/learned/settings.ts'
import type { MutableSignal } from './process-signal.ts'

/** What is unusual for its sensor is over until the evidence is so weak. */
const STRENGTH_CLEAR = STRENGTH_AT_THRESHOLD / 2

/** What the detector's evidence says of `learned_anomaly`, over what `signalOf` has written. */
export function judgeLearned(signal: MutableSignal, fired: boolean, strength: number): void {
  signal.excess = strength
  signal.clear = !fired && strength < STRENGTH_CLEAR
}
