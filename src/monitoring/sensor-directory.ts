import type { Sensor } from '../contract/history-api.ts'
import { ALERT_LEVELS } from '../contract/sensor-types.ts'
import { readSensor, readSensors } from '../postgres/read-sensors.ts'
import type { SensorRow } from '../postgres/read-sensors.ts'
import { freshForMs } from './freshness.ts'
import type { HistoryDatabase } from './history-database.ts'
import { RequestError } from './request-error.ts'
import { shareRead } from './shared-read.ts'

/** The sensors with their newest readings. Rejects with an `UnavailableError` while the database can't be read. */
export interface SensorDirectory {
  /** By `sensor_id`; read once for all who ask within a second. */
  all(): Promise<readonly Sensor[]>
  /** Rejects with a `RequestError` when there is none of this id. */
  one(sensorId: string): Promise<Sensor>
  /** The row that `one` is made of. */
  row(sensorId: string): Promise<SensorRow>
}

const MAX_AGE_MS = 1_000
/** From a reading made to its sensor's row: the rollups are made every few seconds, and what the consumers are behind comes on top. */
const ON_ITS_WAY_MS = 15_000
/** One whose rhythm isn't known never had two readings among those of some seconds. */
const SLOW_INTERVAL_MS = 60_000

export function createSensorDirectory(database: HistoryDatabase): SensorDirectory {
  async function row(sensorId: string): Promise<SensorRow> {
    // PostgreSQL takes no NUL in a text, so no sensor has one.
    const found = sensorId.includes('\0') ? null : await database.read((db) => readSensor(db, sensorId))
    if (found === null) throw new RequestError(404, `there is no sensor "${sensorId}"`)
    return found
  }

  return {
    row,
    all: shareRead(async () => (await database.read(readSensors)).map(buildSensor)
      .toSorted((a, b) => (a.sensor_id < b.sensor_id ? -1 : 1)), MAX_AGE_MS),
    one: async (sensorId) => buildSensor(await row(sensorId)),
  }
}

export function buildSensor(row: SensorRow): Sensor {
  return {
    sensor_id: row.sensorId, sensor_type: row.sensorType,
    location: { factory_section: row.factorySection, zone: row.zone, machine_id: row.machineId },
    unit: row.unit,
    status: row.ageMs !== null && row.ageMs < freshForMs(row.intervalMs ?? SLOW_INTERVAL_MS) + ON_ITS_WAY_MS ? 'active' : 'inactive',
    newest_at: row.lastMs === null ? null : new Date(row.lastMs).toISOString(),
    value: row.value,
    alert_level: row.level === null ? null : ALERT_LEVELS[row.level],
    quality: row.quality, readings: row.readings, interval_ms: row.intervalMs,
    warning_threshold: row.warningThreshold, critical_threshold: row.criticalThreshold,
    learned: row.learned, expected: row.expected, band_low: row.bandLow, band_high: row.bandHigh,
  }
}
