import type { SensorType } from '../../contract/sensor-types.ts'
import { normalOf } from '../counted-random.ts'

/**
 * How far a reading is off, as a share of the way from base to critical. `progress` is from 0 at the episode's start to 1 at its end,
 * `severity` about 1, `direction` 1 or -1, `bits` 32 random ones of this reading.
 */
export type Deviation = (progress: number, severity: number, direction: number, bits: number) => number

export interface FaultKind {
  /** What is faulty: then all sensors of the machine that feel it show it at the same time. */
  readonly of: 'machine' | 'sensor'
  /** How long an episode takes on average. */
  readonly hours: number
  /** How often, compared with the other kinds: its share of all time in fault. */
  readonly weight: number
  /** How much of the deviation each type of sensor feels; the others feel nothing. Null: every type all of it. */
  readonly felt: Readonly<Partial<Record<SensorType, number>>> | null
  /** `frozen`: the value is that of the episode's first reading. `silent`: there are no readings. */
  readonly effect: Deviation | 'frozen' | 'silent'
}

/** One reading of eight is a spike. */
const SPIKES = 2 ** 32 / 8

export const FAULT_KINDS = {
  /** Grows slowly, then faster, and ends with the repair. */
  bearing_wear: {
    of: 'machine', hours: 72, weight: 3, felt: { vibration: 1.2, temperature: 0.6, energy: 0.3 },
    effect: (progress, severity, _direction, bits) => severity * progress * progress * (1 + 0.1 * normalOf(bits)),
  },
  /** Begins within a twentieth of its time, and is rough. */
  cavitation: {
    of: 'machine', hours: 2, weight: 1, felt: { vibration: 1, pressure: 0.9, energy: 0.25 },
    effect: (progress, severity, _direction, bits) => severity * Math.min(1, progress * 20) * (0.7 + 0.25 * normalOf(bits)),
  },
  /** Up, steady, and down again. */
  overload: {
    of: 'machine', hours: 4, weight: 2, felt: { energy: 1.1, temperature: 0.8, vibration: 0.4 },
    effect: (progress, severity) => severity * Math.min(1, progress * 7, (1 - progress) * 7),
  },
  /** The sensor's zero wanders off, up or down. */
  drift: { of: 'sensor', hours: 48, weight: 2, felt: null, effect: (progress, severity, direction) => direction * severity * progress },
  stuck_at: { of: 'sensor', hours: 6, weight: 1, felt: null, effect: 'frozen' },
  drop_out: { of: 'sensor', hours: 1, weight: 1, felt: null, effect: 'silent' },
  /** Single readings, each far off by itself. */
  spikes: {
    of: 'sensor', hours: 3, weight: 1, felt: null,
    effect: (_progress, severity, direction, bits) => (bits < SPIKES ? direction * severity * 1.3 : 0),
  },
} as const satisfies Record<string, FaultKind>

export type FaultName = keyof typeof FAULT_KINDS

export const FAULT_NAMES = Object.keys(FAULT_KINDS) as FaultName[]

export function faultKind(name: FaultName): FaultKind {
  return FAULT_KINDS[name]
}
