import { setTimeout as sleep } from 'node:timers/promises'
import type { FleetGroup, FleetSensor, MakeReading } from './fleet-sensors.ts'

export interface LiveOptions {
  readonly groups: readonly FleetGroup[]
  /** Milliseconds since 1970: the readings of from `fromMs` up to, not including, `toMs`. */
  readonly fromMs: number
  readonly toMs: number
  readonly make: MakeReading
  readonly flush: () => void
  /** Readings that were left out: their time passed in a standstill of the process or the machine, or it is too slow for the rate. */
  readonly onSkipped: (count: number) => void
  readonly signal: AbortSignal
}

/** A busy machine is late by less; these readings are made up for, each with its own time. */
const STANDSTILL_MS = 1_000
const TICK_MS = 10
/** So many in one turn of the event loop, about 2 ms: then the network has its turn. */
const READINGS_PER_TURN = 2_000

/** Makes each reading when its time has come. Resolves at the end of the time, or when the signal is aborted. */
export async function runLive(options: LiveOptions): Promise<void> {
  const { toMs, make, signal } = options
  const turns = options.groups.map((group) => startTurns(group, options.fromMs))

  while (!signal.aborted) {
    const nowMs = Date.now()
    const untilMs = Math.min(nowMs, toMs - 1)
    const madeMs = performance.now()
    let left = READINGS_PER_TURN
    for (const turn of turns) {
      const skipped = turn.skipTo(Math.min(nowMs - STANDSTILL_MS, toMs))
      if (skipped > 0) options.onSkipped(skipped)
      while (left > 0 && turn.timeMs() <= untilMs) {
        make(turn.sensor(), turn.index(), madeMs)
        turn.next()
        left--
      }
    }
    options.flush()
    if (left > 0 && untilMs < nowMs) return
    if (left > 0) await sleep(TICK_MS)
    else await new Promise<void>((resolve) => { setImmediate(resolve) })
  }
}

/** Whose turn it is in a group, reading for reading. */
interface Turns {
  sensor(): FleetSensor
  index(): number
  timeMs(): number
  next(): void
  /** Passes over what is before a time; returns how many readings that were. */
  skipTo(timeMs: number): number
}

function startTurns({ sensors, stepMs }: FleetGroup, fromMs: number): Turns {
  let place = 0
  let index = 0
  skipTo(fromMs)

  function timeMs(): number {
    return (sensors[place] as FleetSensor).signal.timeOf(index)
  }

  function next(): void {
    place++
    if (place < sensors.length) return
    place = 0
    index++
  }

  function skipTo(time: number): number {
    if (timeMs() >= time) return 0
    const before = index * sensors.length + place
    const turn = Math.max(before, Math.floor(time / stepMs) - 1)
    index = Math.floor(turn / sensors.length)
    place = turn - index * sensors.length
    while (timeMs() < time) next()
    return index * sensors.length + place - before
  }

  return { timeMs, next, skipTo, sensor: () => sensors[place] as FleetSensor, index: () => index }
}
