import { isRejection, parseReading } from '../contract/reading.ts'
import { createColumns, formatValue, oneLine, timeOfDay } from './columns.ts'
import { malformedLine, rawLine } from './shown-message.ts'
import type { MessageFormat } from './shown-message.ts'
import { coloured } from './terminal.ts'

const DAY_MS = 86_400_000
const LEVEL_COLOURS = { normal: 'green', warning: 'yellow', critical: 'red' } as const

/** Of all sensors, or of one. A text line: time, sensor, value, unit, level as it was sent, where, partition:offset. */
export function createReadingFormat(format: 'text' | 'json', sensor: string | null): MessageFormat {
  const columns = createColumns([12, 17, 8, 5, 8, 34], new Set([2]))
  return (record, partition) => {
    // The consumers' rules, apart from their retention: what they would refuse is shown so.
    const reading = parseReading(record.value, { oldestUs: -Infinity, newestUs: (Date.now() + DAY_MS) * 1000 })
    if (isRejection(reading)) return sensor === null ? malformedLine(record, partition, `${reading.reason}: ${reading.detail}`, format) : null
    if (sensor !== null && reading.sensorId !== sensor) return null
    const timeMs = Math.floor(reading.timeUs / 1000)
    if (format === 'json') return { timeMs, text: rawLine(record.value) }
    const [time = '', name = '', value = '', unit = '', level = '', where = ''] = columns([
      timeOfDay(timeMs), oneLine(reading.sensorId), formatValue(reading.value), oneLine(reading.unit), reading.level ?? '-',
      oneLine(`${reading.section}/${reading.machine}/${reading.zone}`),
    ])
    const measured = `${value} ${unit}  ${level}`
    return {
      timeMs, text: [time, name, reading.level === null ? measured : coloured(LEVEL_COLOURS[reading.level], measured), where,
        coloured('dim', `${partition}:${record.offset}`)].join('  '),
    }
  }
}
