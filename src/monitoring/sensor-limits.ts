import { settingsTable } from '../alarm/settings-table.ts'
import { knownThresholds } from '../alarm/what-if.ts'
import type { SensorDetail } from '../contract/history-api.ts'
import { SENSOR_TYPE_NAMES } from '../contract/sensor-types.ts'
import type { AlarmSettingRow } from '../postgres/alarm-settings.ts'
import type { ReplaySensor } from '../postgres/read-replay.ts'

/** What holds for a sensor, as far as it is known here: what the consumers' environment sets is not. */
export function limitsOf(sensor: ReplaySensor, settings: readonly AlarmSettingRow[]): SensorDetail['limits'] {
  const type = SENSOR_TYPE_NAMES.find((name) => name === sensor.sensorType)
  if (type === undefined) return { critical: null, warning: null, low: null, critical_low: null }
  const known = knownThresholds(type, sensor.warning, sensor.critical)
  const table = settingsTable(settings)
  const low = (rule: 'low_threshold_violation' | 'critical_low_threshold_violation'): number | null => {
    const { enabled, limit } = table(type, sensor.sensorKey, rule)
    return enabled ? limit : null
  }
  return {
    critical: table(type, sensor.sensorKey, 'critical_threshold_violation').limit ?? known.critical,
    warning: table(type, sensor.sensorKey, 'warning_threshold_violation').limit ?? known.warning,
    low: low('low_threshold_violation'), critical_low: low('critical_low_threshold_violation'),
  }
}
