import { settingsTable } from '../alarm/settings-table.ts'
import type { ScopedOverride } from '../alarm/settings-table.ts'
import { knownThresholds } from '../alarm/what-if.ts'
import type { AlarmRule } from '../contract/alarm.ts'
import type { SensorDetail } from '../contract/history-api.ts'
import { SENSOR_TYPE_NAMES } from '../contract/sensor-types.ts'
import type { ReplaySensor } from '../postgres/read-replay.ts'

/** What holds for a sensor, as far as it is known here: what the consumers' environment sets is not. */
export function limitsOf(sensor: ReplaySensor, settings: readonly ScopedOverride[]): SensorDetail['limits'] {
  const type = SENSOR_TYPE_NAMES.find((name) => name === sensor.sensorType)
  if (type === undefined) return { critical: null, warning: null, low: null, critical_low: null }
  const known = knownThresholds(type, sensor.warning, sensor.critical)
  const table = settingsTable(settings)
  const limitOf = (rule: AlarmRule): number | null => {
    const { enabled, limit } = table(type, sensor.sensorKey, rule)
    return enabled ? limit : null
  }
  return {
    critical: limitOf('critical_threshold_violation') ?? known.critical, warning: limitOf('warning_threshold_violation') ?? known.warning,
    low: limitOf('low_threshold_violation'), critical_low: limitOf('critical_low_threshold_violation'),
  }
}
