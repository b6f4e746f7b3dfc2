import { parseLogLine } from '../local/supervisor/ending-reason.ts'
import { coloured } from './terminal.ts'

const LEVEL_COLOURS: Readonly<Record<string, 'red' | 'yellow' | 'dim'>> = { fatal: 'red', error: 'red', warn: 'yellow', debug: 'dim', trace: 'dim' }

/** A line of our own services for a reader: `04:21:07.123 info  started topic=sensor-data`. Any other line as it is. */
export function formatLogLine(line: string): string {
  const entry = parseLogLine(line)
  if (entry === undefined || typeof entry['msg'] !== 'string') return line
  const { level, time, service: _service, msg, ...fields } = entry
  const name = String(level)
  const colour = LEVEL_COLOURS[name]
  const text = [
    String(time).slice(11, 23), colour === undefined ? name.padEnd(5) : coloured(colour, name.padEnd(5)), msg,
    ...Object.entries(fields).map(([field, value]) => coloured('dim', `${field}=${formatValue(value)}`)),
  ]
  return text.join(' ')
}

function formatValue(value: unknown): string {
  if (typeof value === 'string') return /\s/.test(value) ? JSON.stringify(value) : value
  // An error, with its stack.
  if (typeof value === 'object' && value !== null && 'stack' in value && typeof value.stack === 'string') return `\n${value.stack}`
  return JSON.stringify(value)
}

/** When the line was written, in a form that sorts: `2026-11-24T04:21:07.123`. Undefined where it doesn't say. */
export function timeOf(line: string): string | undefined {
  const match = /^(?:\{.*?"time":"|)(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{3})?)/.exec(line)
  return match === null ? undefined : `${match[1]}T${match[2]}`
}
