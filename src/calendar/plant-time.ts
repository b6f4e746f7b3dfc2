import { isInMaintenance } from './calendar.ts'
import type { Calendar } from './calendar.ts'

const MINUTE_MS = 60_000

/** What the plant's calendar says of a machine at the time of a reading. */
export interface PlantTime {
  /** Local time minus UTC. */
  readonly utcOffsetMin: number
  /** The machine's readings are neither scored nor learned. */
  readonly inMaintenance: boolean
}

/** `timeUs`: microseconds since 1970. */
export function plantTime(calendar: Calendar, machineId: string, timeUs: number): PlantTime {
  const timeMs = timeUs / 1000
  return { utcOffsetMin: calendar.zone.offsetMs(timeMs) / MINUTE_MS, inMaintenance: isInMaintenance(calendar, machineId, timeMs) }
}
