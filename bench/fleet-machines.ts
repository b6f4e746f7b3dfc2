import { MACHINE_LIMIT, judgeMachine } from '../src/alarm/machine-signal.ts'
import type { Episode } from '../src/sensor/faults/episodes.ts'

/** A machine's sensors are looked at so often, as the consumers do. */
export const LOOK_MS = 10_000

/** A sensor of a machine: how far it was from usual at each look, in standard deviations (NaN: it had no baseline), and its faults. */
export interface MachineSensor {
  readonly deviations: Float32Array
  readonly episodes: readonly Episode[]
}

export interface MachineFinding {
  /** Faults of the machine, each once, with whether its alarm was raised within it. */
  readonly faults: readonly { readonly kind: string, readonly found: boolean }[]
  readonly raised: number
  /** Raised where none of its sensors had a fault, nor shortly before. */
  readonly wrong: number
}

/** What the alarm of a machine would have found from `fromMs` on. */
export function findOfMachine(sensors: readonly MachineSensor[], fromMs: number, graceMs: number, isCounted: (episode: Episode) => boolean): MachineFinding {
  const raised: number[] = []
  let standing = false
  for (let look = 0; look < (sensors[0]?.deviations.length ?? 0); look++) {
    const deviations = sensors.map((sensor) => sensor.deviations[look] as number).filter((deviation) => !Number.isNaN(deviation))
    if (deviations.length < 2) continue
    const { over, clear } = judgeMachine(Math.sqrt(deviations.reduce((sum, each) => sum + each * each, 0) / deviations.length), MACHINE_LIMIT)
    if (over && !standing) raised.push(fromMs + look * LOOK_MS)
    standing = standing ? !clear : over
  }
  const all = sensors.flatMap(({ episodes }) => episodes)
  const once = [...new Map(all.filter(isCounted).map((episode) => [`${episode.kind} ${episode.startMs}`, episode])).values()]
  return {
    faults: once.map(({ kind, startMs, endMs }) => ({ kind, found: raised.some((timeMs) => timeMs >= startMs && timeMs < endMs) })),
    raised: raised.length,
    wrong: raised.filter((timeMs) => !all.some(({ startMs, endMs }) => timeMs >= startMs && timeMs < endMs + graceMs)).length,
  }
}
