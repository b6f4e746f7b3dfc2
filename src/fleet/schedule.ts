import type { PlantSensor } from './plant-tree.ts'

/** Sensors of one interval, evenly spread over it: every `stepMs` it is the next one's turn. */
export interface ScheduleGroup {
  readonly intervalMs: number
  readonly stepMs: number
  /** By their place in the plant. */
  readonly sensors: readonly number[]
}

/** Readings a second of all sensors together. */
export function ownRate(sensors: readonly Pick<PlantSensor, 'intervalMs'>[]): number {
  return sensors.reduce((sum, { intervalMs }) => sum + 1000 / intervalMs, 0)
}

/** With a rate, all intervals are made shorter or longer by one factor. */
export function scheduleGroups(sensors: readonly Pick<PlantSensor, 'intervalMs'>[], ratePerS: number | null): ScheduleGroup[] {
  const factor = ratePerS === null ? 1 : ownRate(sensors) / ratePerS
  const byInterval = Map.groupBy(sensors.keys(), (place) => (sensors[place] as PlantSensor).intervalMs)
  return [...byInterval].map(([own, places]) => {
    const intervalMs = own * factor
    return { intervalMs, stepMs: intervalMs / places.length, sensors: places }
  })
}
