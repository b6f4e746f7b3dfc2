import type { Sensor, SensorDetail } from '../contract/history-api.ts'
import { ALERT_LEVELS } from '../contract/sensor-types.ts'
import { readAlarmSettings } from '../postgres/alarm-settings.ts'
import { readReplaySensors } from '../postgres/read-replay.ts'
import type { ReplaySensor } from '../postgres/read-replay.ts'
import { readSensor, readSensorEvents, readSensors } from '../postgres/read-sensors.ts'
import type { SensorEventRow, SensorRow } from '../postgres/read-sensors.ts'
import { freshForMs } from './freshness.ts'
import type { HistoryDatabase } from './history-database.ts'
import { RequestError } from './request-error.ts'
import { limitsOf } from './sensor-limits.ts'
import { shareRead } from './shared-read.ts'

/** The sensors with their newest readings. Rejects with an `UnavailableError` while the database can't be read. */
export interface SensorDirectory {
  /** By `sensor_id`, those that are decommissioned too; read once for all who ask within a second. */
  all(): Promise<readonly Sensor[]>
  /** Those in service. */
  inService(): Promise<readonly Sensor[]>
  /** With what people did to it. Rejects with a `RequestError` when there is none of this id. */
  one(sensorId: string): Promise<SensorDetail>
  /** The row that `one` is made of. */
  row(sensorId: string): Promise<SensorRow>
}

const MAX_AGE_MS = 1_000
const MOST_EVENTS = 200
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

  const all = shareRead(async () => (await database.read(readSensors)).map(buildSensor)
    .toSorted((a, b) => (a.sensor_id < b.sensor_id ? -1 : 1)), MAX_AGE_MS)
  return {
    row, all,
    inService: shareRead(async () => (await all()).filter(({ status }) => status !== 'decommissioned'), MAX_AGE_MS),
    async one(sensorId) {
      const found = await row(sensorId)
      return database.read(async (db) => {
        const [replayed] = await readReplaySensors(db, [sensorId])
        const limits = limitsOf(replayed as ReplaySensor, await readAlarmSettings(db))
        return buildDetail(found, limits, await readSensorEvents(db, found.sensorKey, MOST_EVENTS))
      })
    },
  }
}

function buildDetail(row: SensorRow, limits: SensorDetail['limits'], events: readonly SensorEventRow[]): SensorDetail {
  const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())
  return {
    ...buildSensor(row), registered_at: new Date(row.registeredMs).toISOString(), replaced_at: time(row.replacedMs),
    status_changed_at: time(row.statusChangedMs), limits,
    events: events.map(({ eventId, event, occurredAt, actor, reason, oldValues, newValues }) => ({
      event_id: eventId, event, occurred_at: occurredAt.toISOString(), actor, reason, old_values: oldValues, new_values: newValues,
    })),
  }
}

function buildSensor(row: SensorRow): Sensor {
  const sending = row.ageMs !== null && row.ageMs < freshForMs(row.intervalMs ?? SLOW_INTERVAL_MS) + ON_ITS_WAY_MS
  return {
    sensor_id: row.sensorId, name: row.name, serial: row.serial, sends_as: [...row.sendsAs], sensor_type: row.sensorType,
    location: { factory_section: row.factorySection, zone: row.zone, machine_id: row.machineId },
    unit: row.unit,
    status: row.decommissioned ? 'decommissioned' : sending ? 'active' : 'inactive', sending,
    newest_at: row.lastMs === null ? null : new Date(row.lastMs).toISOString(),
    value: row.value,
    alert_level: row.level === null ? null : ALERT_LEVELS[row.level],
    quality: row.quality, readings: row.readings, interval_ms: row.intervalMs,
    warning_threshold: row.warningThreshold, critical_threshold: row.criticalThreshold,
    learned: row.learned, expected: row.expected, band_low: row.bandLow, band_high: row.bandHigh,
    open_alarms: row.openAlarms, alarm_priority: row.alarmPriority,
  }
}
