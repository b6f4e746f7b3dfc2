import { SENSOR_TYPES, alertLevelOf } from '../contract/sensor-types.ts'
import { partitionOfKey } from '../kafka/topic-partitions.ts'
import { createPlantCycles } from '../sensor/cycles.ts'
import { faultPlans } from '../sensor/faults/episodes.ts'
import type { Episode } from '../sensor/faults/episodes.ts'
import { createTimedSignal } from '../sensor/timed-signal.ts'
import type { TimedSignal } from '../sensor/timed-signal.ts'
import type { FleetConfig } from './config.ts'
import type { FleetToKafka } from './fleet-to-kafka.ts'
import type { GroundTruth } from './ground-truth.ts'
import type { PlantSensor } from './plant-tree.ts'
import { createReadingWriter } from './reading-writer.ts'
import type { ReadingWriter } from './reading-writer.ts'
import { scheduleGroups } from './schedule.ts'
import type { ScheduleGroup } from './schedule.ts'

/** A sensor that makes readings, numbered from 1. */
export interface FleetSensor {
  readonly of: PlantSensor
  readonly signal: TimedSignal
  readonly writer: ReadingWriter
  readonly partition: number
  /** The number of its newest reading. */
  sequence: number
  episodes: readonly Episode[]
}

/** Sensors of one interval, in the order of their turns. */
export interface FleetGroup extends Pick<ScheduleGroup, 'stepMs'> {
  readonly sensors: readonly FleetSensor[]
}

/** Makes one reading. Does nothing but follow the faults where the sensor is silent. */
export type MakeReading = (sensor: FleetSensor, index: number, nowMs: number) => void

const NONE: readonly Episode[] = []

export function createFleetSensors(config: FleetConfig, epoch: string, partitions: number): FleetGroup[] {
  const { plant, sensors, seed, timeScale, thresholds, calendar } = config
  const cycles = createPlantCycles(calendar)
  const plansOf = new Map([...plant.machines.values()].map(({ faults }) => [faults, faultPlans(
    faults.map((kind) => ({ kind, ...plant.faults.kinds.get(kind) as { hours: number, weight: number } })), plant.faults.share, timeScale)]))
  return scheduleGroups(sensors, config.ratePerS).map(({ intervalMs, stepMs, sensors: places }) => ({
    stepMs,
    sensors: places.map((place, turn) => {
      const sensor = sensors[place] as PlantSensor
      const { sensorId, type, location } = sensor
      return {
        of: sensor, partition: partitionOfKey(Buffer.from(sensorId), partitions), sequence: 0, episodes: NONE,
        signal: createTimedSignal({
          type, settings: SENSOR_TYPES[type], seed, sensorId, machineId: location.machine_id, intervalMs, phaseMs: turn * stepMs,
          faults: plansOf.get(sensor.faults) ?? [], cycles, maintenance: calendar.maintenanceOf(location.machine_id),
        }),
        writer: createReadingWriter({ sensorId, sensorType: type, location, thresholds: thresholds[type], epoch }),
      }
    }),
  }))
}

export function readingMaker(config: Pick<FleetConfig, 'thresholds'>, kafka: Pick<FleetToKafka, 'push'>, truth: GroundTruth): MakeReading {
  return (sensor, index, nowMs) => {
    const { signal, of } = sensor
    const sample = signal.read(index)
    if (signal.active !== sensor.episodes) {
      sensor.episodes = signal.active
      truth.follow(of, signal.active)
    }
    if (sample === null) return
    const timeMs = signal.timeOf(index)
    if (signal.active.length > 0) truth.note(of, timeMs, sample, alertLevelOf(sample.value, config.thresholds[of.type]))
    sensor.sequence++
    kafka.push(sensor.partition, sensor.writer, sensor.sequence, timeMs, sample, nowMs)
  }
}
