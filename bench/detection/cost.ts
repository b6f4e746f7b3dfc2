import { emptyResult, scoreReading } from '../../src/detect/learned/score-reading.ts'
import { createDetector } from '../../src/detect/learned/state.ts'
import type { Mode } from '../../src/detect/learned/state.ts'
import { createMachine, updateChannel } from '../../src/detect/machine/machine.ts'
import { median } from '../report.ts'

const ROUNDS = 7
/** After so many readings each sensor has its peaks, its hours and its shapes. */
const WARM_READINGS = 2_000
const READINGS_IN_ROUND = 1_000_000
const INTERVAL_US = 300e6
const START_US = Date.UTC(2026, 2, 1) * 1000
const NOISE = 1 << 16

/** CPU of one reading, µs: the median of 7 rounds of a million readings, one sensor after the other, as they come from Kafka. */
export function detectorCost(sensors: number, mode: Mode): number {
  const detectors = Array.from({ length: sensors }, () => createDetector(mode))
  const result = emptyResult()
  return medianCost(sensors, (sensor, timeUs, value) => { scoreReading(detectors[sensor] as typeof detectors[number], timeUs, value, result) })
}

/** The same of a channel's reading of so many machines of 8 channels. */
export function machineCost(machines: number): number {
  const all = Array.from({ length: machines }, () => createMachine(8))
  return medianCost(machines * 8, (channel, timeUs, value) => { updateChannel(all[channel >> 3] as typeof all[number], channel & 7, timeUs, value) })
}

function medianCost(sensors: number, take: (sensor: number, timeUs: number, value: number) => void): number {
  const noise = noises()
  let index = 0
  let drawn = 0
  function run(readings: number): void {
    for (const until = index + readings; index < until; index++) {
      const day = 10 * Math.sin(2 * Math.PI * index / 288)
      const timeUs = START_US + index * INTERVAL_US
      for (let sensor = 0; sensor < sensors; sensor++) take(sensor, timeUs, 50 + day + (noise[(drawn++ * 7919) & (NOISE - 1)] as number))
    }
  }
  run(WARM_READINGS)
  const readings = Math.max(1, Math.ceil(READINGS_IN_ROUND / sensors))
  return median(Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage()
    run(readings)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / (readings * sensors)
  }))
}

function noises(): Float64Array {
  let state = 1
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  return Float64Array.from({ length: NOISE }, () => next() + next() + next() - 1.5)
}
