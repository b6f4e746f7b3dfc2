import { decimal, oneOf, readVariables } from './config.ts'
import type { Values } from './config.ts'

/** How the consumers learn what is normal; whoever replays it has to know, too. */
export const detectorVariables = {
  DETECTOR: oneOf(['full', 'lite', 'off'], {
    defaultValue: 'full',
    help: 'How the consumers learn what is normal for each sensor: full takes 5 KB and about 2 µs a reading; lite 2 KB and half of the time, and '
      + 'does not compare the shape of the last readings with earlier ones. The same in all consumers, and where what-if is asked.',
  }),
  DETECTOR_ALARM_SCORE: decimal({
    defaultValue: 0.7, min: 0.1, max: 0.99,
    help: 'A reading raises an alarm when the learned detector gives it so high a score, 0 to 1, and no limit is set for its sensor or type. At 0.7 '
      + 'a sensor without a fault raises one in four weeks, at 0.5, which is for few sensors, three a week. The same wherever DETECTOR is.',
  }),
}

/** How the consumers learn. */
export interface DetectorInUse {
  /** Null: they don't. */
  readonly mode: 'full' | 'lite' | null
  /** From which score on a reading raises `learned_anomaly`, where nothing else is set. */
  readonly alarmScore: number
}

export function detectorInUse({ DETECTOR: mode, DETECTOR_ALARM_SCORE: alarmScore }: Values<typeof detectorVariables>): DetectorInUse {
  return { mode: mode === 'off' ? null : mode, alarmScore }
}

/** Where nothing is set. */
export function defaultDetector(): DetectorInUse {
  return detectorInUse(readVariables(detectorVariables, {}))
}
