import { ExitError } from '../runtime/errors.ts'
import { linesOf } from './lines.ts'
import type { Line } from './lines.ts'
import { parseTimestamp } from './timestamp.ts'

const MISSING = new Set(['', 'nan', 'null', 'na', 'n/a'])
/** What the scores of a wide file are called. */
const TAKEN = ['timestamp', 'score', 'anomaly']

export interface HistoryRow {
  /** As it stands in the file. */
  readonly timestamp: string
  /** Microseconds since 1970. */
  readonly timeUs: number
  /** By column, as they stand in the file. */
  readonly cells: readonly string[]
  /** By column; NaN where the value is missing. */
  readonly values: readonly number[]
  /** Of the file, 0 to 1, for a display of progress. */
  readonly share: number
}

export interface History {
  /** The names of the columns of values, one or more. */
  readonly columns: readonly string[]
  /** In the order of the file. Each throws an `ExitError` where a row can't be understood. */
  readonly rows: Iterable<HistoryRow>
}

/** Opens a CSV of times and values. Throws an `ExitError` that names the file, the row and the column. */
export function openHistory(path: string): History {
  const lines = linesOf(path)
  const next = lines.next()
  if (next.done === true) throw new ExitError(`${path} is empty; it must begin with a header, e.g. timestamp,value`)
  const head = next.value
  const separator = head.text.includes(';') ? ';' : ','
  const [time = '', ...columns] = split(head.text, separator).map((name) => name.trim())
  if (!Number.isNaN(parseTimestamp(time))) throw new ExitError(`${path} begins with a row, not with a header like timestamp,value`)
  if (columns.length === 0) throw new ExitError(`${path} has one column, "${time}"; it must have the time and a column of values`)
  for (const [index, name] of columns.entries()) {
    if (name === '') throw new ExitError(`${path} has a column without a name`)
    if (columns.indexOf(name) !== index) throw new ExitError(`${path} has two columns "${name}"`)
    if (columns.length > 1 && TAKEN.includes(name)) throw new ExitError(`${path}: a column of several can't be called "${name}"; rename it`)
  }
  return { columns, rows: rowsOf(path, lines, columns, separator) }
}

function* rowsOf(path: string, lines: Iterable<Line>, columns: readonly string[], separator: string): Generator<HistoryRow> {
  for (const { text, number, share } of lines) {
    const [timestamp = '', ...cells] = split(text, separator).map((cell) => cell.trim())
    const where = `${path}, line ${number}`
    if (cells.length !== columns.length) throw new ExitError(`${where}: ${cells.length + 1} cells; the header has ${columns.length + 1}`)
    const timeUs = parseTimestamp(timestamp)
    if (Number.isNaN(timeUs)) throw new ExitError(`${where}: "${timestamp}" is no time like 2026-03-01 06:00:00 or 2026-03-01T06:00:00Z`)
    const values = cells.map((cell, column) => {
      if (MISSING.has(cell.toLowerCase())) return Number.NaN
      // Where semicolons separate, the comma may be a decimal one.
      const value = Number(separator === ';' ? cell.replace(',', '.') : cell)
      if (!Number.isFinite(value)) throw new ExitError(`${where}: column "${columns[column]}" must be numbers, and "${cell}" is none`)
      return value
    })
    yield { timestamp, timeUs, cells, values, share }
  }
}

/** The cells of a line. Those in double quotes may hold the separator. */
function split(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator)
  const cells: string[] = []
  let cell = ''
  let isQuoted = false
  for (let index = 0; index < line.length; index++) {
    const character = line[index] as string
    if (character === '"' && isQuoted && line[index + 1] === '"') cell += line[++index]
    else if (character === '"') isQuoted = !isQuoted
    else if (character === separator && !isQuoted) {
      cells.push(cell)
      cell = ''
    } else cell += character
  }
  return [...cells, cell]
}
