import { closeSync, openSync, writeSync } from 'node:fs'
import { explain } from '../detect/learned/reason.ts'
import { ALERT_THRESHOLD } from '../detect/learned/settings.ts'
import { ExitError, messageOf } from '../runtime/errors.ts'
import type { ScoredColumn, ScoredRow } from './score-history.ts'

const FLUSH_CHARACTERS = 1 << 18
const NARROW_HEAD = ['timestamp', 'value', 'score', 'expected', 'band_low', 'band_high', 'why']

export interface ScoresFile {
  write: (scored: ScoredRow) => void
  close: () => void
}

/** A CSV with one row for each row of the history, and scores in full: a threshold means the same in every file. Throws an `ExitError`. */
export function createScoresFile(path: string, columns: readonly string[]): ScoresFile {
  const file = attempt(path, () => openSync(path, 'w'))
  const isWide = columns.length > 1
  const head = isWide ? ['timestamp', ...columns, 'score', 'anomaly'] : NARROW_HEAD
  let waiting = `${head.map(cell).join(',')}\n`

  function flush(): void {
    attempt(path, () => {
      for (let bytes = Buffer.from(waiting); bytes.length > 0;) bytes = bytes.subarray(writeSync(file, bytes))
    })
    waiting = ''
  }
  return {
    write: (scored) => {
      waiting += `${(isWide ? wideRow(scored) : narrowRow(scored)).join(',')}\n`
      if (waiting.length >= FLUSH_CHARACTERS) flush()
    },
    close: () => {
      flush()
      closeSync(file)
    },
  }
}

function wideRow({ row, columns, score, anomaly }: ScoredRow): string[] {
  return [cell(row.timestamp), ...columns.map((column) => String(column.score)), String(score), anomaly ? '1' : '0']
}

function narrowRow({ row, columns, score }: ScoredRow): string[] {
  const value = row.values[0] as number
  if (Number.isNaN(value)) return [cell(row.timestamp), '', '0', '', '', '', '']
  const { detector, result } = columns[0] as ScoredColumn
  const why = score >= ALERT_THRESHOLD ? explain(detector, result, value, '') : ''
  const expected = [result.expected, result.bandLow, result.bandHigh].map((figure) => (Number.isNaN(figure) ? '' : String(figure)))
  return [cell(row.timestamp), cell(row.cells[0] as string), String(score), ...expected, cell(why)]
}

function cell(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new ExitError(`${path} can't be written: ${messageOf(error)}`)
  }
}
