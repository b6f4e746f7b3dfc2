import { closeSync, openSync, writeSync } from 'node:fs'
import type { AlertLevel } from '../contract/sensor-types.ts'
import { ExitError, messageOf } from '../runtime/errors.ts'
import type { Episode } from '../sensor/faults/episodes.ts'
import type { Sample } from '../sensor/signal.ts'
import type { PlantSensor } from './plant-tree.ts'

/** What really was wrong with the sensors, for whoever judges what was found: one line of JSON for each sensor of each episode. */
export interface GroundTruth {
  /** From the next reading on, these are the sensor's episodes; those that it had before and that aren't among them are over. */
  follow(sensor: PlantSensor, active: readonly Episode[]): void
  /** A reading of a sensor with episodes, made at a time in milliseconds since 1970. */
  note(sensor: PlantSensor, timeMs: number, sample: Sample, level: AlertLevel): void
  /** Writes those that are not over, too. Safe to call twice. */
  close(): void
}

/** A line of the file. Times are ISO 8601, UTC. */
export interface TruthLine {
  readonly episode: string
  readonly kind: string
  readonly sensor_id: string
  readonly sensor_type: string
  readonly factory_section: string
  readonly machine_id: string
  readonly zone: string
  /** From `start` up to, not including, `end`, whether the run saw all of it or not. */
  readonly start: string
  readonly end: string
  /** 0.6 to 1.4. */
  readonly severity: number
  /** Readings within it. */
  readonly readings: number
  /** The value farthest from the type's base; null without a reading. */
  readonly peak_value: number | null
  readonly peak_time: string | null
  /** The first readings at or above the limits; null where there was none. */
  readonly first_warning: string | null
  readonly first_critical: string | null
  /** Whether the run began before `start` and went on to `end`. */
  readonly complete: boolean
}

interface Open {
  readonly episode: Episode
  /** The times are milliseconds since 1970. */
  readings: number
  peak: { readonly value: number, readonly timeMs: number } | null
  warningMs: number | null
  criticalMs: number | null
}

/**
 * Writes into a new file, and over an old one. Throws an `ExitError` when it can't. The run begins at `fromMs`; `baseOf` is what a healthy
 * sensor measures.
 */
export function openGroundTruth(path: string, fromMs: number, baseOf: (sensor: PlantSensor) => number): GroundTruth {
  const file = openFile(path)
  const open = new Map<PlantSensor, Open[]>()
  let closed = false

  function write(sensor: PlantSensor, { episode, readings, peak, warningMs, criticalMs }: Open, ended: boolean): void {
    const time = (ms: number | undefined | null): string | null => (ms === undefined || ms === null ? null : new Date(ms).toISOString())
    const of = `${episode.kind}-${episode.window}`
    const line: TruthLine = {
      episode: `${sensor.location.machine_id}-${of}`, kind: episode.kind, sensor_id: sensor.sensorId, sensor_type: sensor.type, ...sensor.location,
      start: new Date(episode.startMs).toISOString(), end: new Date(episode.endMs).toISOString(), severity: episode.severity, readings,
      peak_value: peak?.value ?? null, peak_time: time(peak?.timeMs), first_warning: time(warningMs), first_critical: time(criticalMs),
      complete: ended && episode.startMs >= fromMs,
    }
    writeSync(file, `${JSON.stringify(line)}\n`)
  }

  return {
    follow(sensor, active) {
      const before = open.get(sensor) ?? []
      const isIn = (episode: Episode): boolean => active.some(({ kind, window }) => kind === episode.kind && window === episode.window)
      for (const each of before) if (!isIn(each.episode)) write(sensor, each, true)
      const now = active.map((episode): Open => (
        before.find((each) => each.episode.kind === episode.kind && each.episode.window === episode.window)
          ?? { episode, readings: 0, peak: null, warningMs: null, criticalMs: null }))
      if (now.length === 0) open.delete(sensor)
      else open.set(sensor, now)
    },
    note(sensor, timeMs, { value }, level) {
      const base = baseOf(sensor)
      for (const each of open.get(sensor) ?? []) {
        each.readings++
        if (each.peak === null || Math.abs(value - base) > Math.abs(each.peak.value - base)) each.peak = { value, timeMs }
        if (level !== 'normal') each.warningMs ??= timeMs
        if (level === 'critical') each.criticalMs ??= timeMs
      }
    },
    close() {
      if (closed) return
      closed = true
      for (const [sensor, episodes] of open) for (const each of episodes) write(sensor, each, false)
      closeSync(file)
    },
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, 'w')
  } catch (error) {
    throw new ExitError(`--truth is ${JSON.stringify(path)}, which can't be written: ${messageOf(error)}`)
  }
}
