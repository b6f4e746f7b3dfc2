import type { Alert } from '../contract/alert.ts'
import { parseTimestamp } from '../contract/timestamp.ts'
import { messageOf } from '../runtime/errors.ts'
import { createColumns, formatValue, oneLine, timeOfDay } from './columns.ts'
import { malformedLine, rawLine } from './shown-message.ts'
import type { MessageFormat } from './shown-message.ts'
import { coloured } from './terminal.ts'

const TEXTS = ['timestamp', 'sensor_id', 'anomaly_type', 'severity', 'sensor_unit', 'description', 'detected_by'] as const
const SEVERITY_COLOURS: Readonly<Record<string, 'dim' | 'yellow' | 'red'>> = { low: 'dim', medium: 'yellow', high: 'red', critical: 'red' }

type ShownAlert = Pick<Alert, typeof TEXTS[number] | 'sensor_value'> & { readonly timeMs: number }

/** Of all sensors, or of one. A text line: time, severity, sensor, what it is, value, unit, who found it, the sentence. */
export function createAlertFormat(format: 'text' | 'json', sensor: string | null): MessageFormat {
  const columns = createColumns([12, 8, 17, 27, 8, 5, 12], new Set([4]))
  return (record, partition) => {
    const alert = readAlert(record.value)
    if (typeof alert === 'string') return sensor === null ? malformedLine(record, partition, alert, format) : null
    if (sensor !== null && alert.sensor_id !== sensor) return null
    const { timeMs } = alert
    if (format === 'json') return { timeMs, text: rawLine(record.value) }
    const [time = '', severity = '', ...rest] = columns([
      timeOfDay(timeMs), oneLine(alert.severity), oneLine(alert.sensor_id), oneLine(alert.anomaly_type), formatValue(alert.sensor_value),
      oneLine(alert.sensor_unit), oneLine(alert.detected_by),
    ])
    const [name = '', anomaly = '', value = '', unit = '', by = ''] = rest
    const colour = SEVERITY_COLOURS[alert.severity]
    return {
      timeMs,
      text: [time, colour === undefined ? severity : coloured(colour, severity), name, anomaly, `${value} ${unit}`, by, oneLine(alert.description)].join('  '),
    }
  }
}

/** The alert, or why it isn't one. */
function readAlert(value: Buffer | null): ShownAlert | string {
  if (value === null) return 'empty'
  let json: unknown
  try {
    json = JSON.parse(value.toString('utf8'))
  } catch (error) {
    return `not_json: ${messageOf(error)}`
  }
  if (typeof json !== 'object' || json === null) return 'not_an_object'
  const fields = json as Readonly<Record<string, unknown>>
  const wrong = TEXTS.find((name) => typeof fields[name] !== 'string')
  if (wrong !== undefined) return `${wrong} is ${fields[wrong] === undefined ? 'missing' : 'not a text'}`
  if (typeof fields['sensor_value'] !== 'number') return 'sensor_value is not a number'
  const timeUs = parseTimestamp(fields['timestamp'] as string)
  return timeUs === null ? `timestamp is ${JSON.stringify(fields['timestamp'])}` : { ...json as ShownAlert, timeMs: Math.floor(timeUs / 1000) }
}
