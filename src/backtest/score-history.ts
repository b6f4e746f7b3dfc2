import type { TimeZone } from '../calendar/time-zone.ts'
import { emptyResult, scoreReading } from '../detect/learned/score-reading.ts'
import type { Result } from '../detect/learned/score-reading.ts'
import { UTC_OFFSET_MIN, createDetector } from '../detect/learned/state.ts'
import type { Detector, Mode } from '../detect/learned/state.ts'
import { createMachine, isInAlarm, updateChannel } from '../detect/machine/machine.ts'
import type { Machine } from '../detect/machine/machine.ts'
import type { History, HistoryRow } from './history.ts'

const MINUTE_MS = 60_000

/** One column's detector, and what it found of the row. Written again for each row. */
export interface ScoredColumn {
  readonly detector: Detector
  /** Of the column's last reading. */
  readonly result: Result
  /** Of this row; 0 where the value is missing. */
  score: number
}

export interface ScoredRow {
  readonly row: HistoryRow
  readonly columns: readonly ScoredColumn[]
  /** Null where there is one column, and no machine. */
  readonly machine: Machine | null
  /** Of the machine after the row's last channel, or of the only column. */
  readonly score: number
  /** Whether the machine is in alarm. */
  readonly anomaly: boolean
}

/**
 * Scores the rows as the consumer scores readings: one after the other, `scoreReading` for each sensor's reading and `updateChannel` for
 * its machine. Hours of the day are those of the zone, of UTC where there is none. A row of several columns is so many readings, in the order of
 * the columns. Nothing is known of a row before it comes.
 */
export function* scoreHistory({ columns: names, rows }: History, mode: Mode, zone?: TimeZone): Generator<ScoredRow> {
  const columns: ScoredColumn[] = names.map(() => ({ detector: createDetector(mode), result: emptyResult(), score: 0 }))
  const machine = names.length > 1 ? createMachine(names.length) : null
  let machineScore = 0
  for (const row of rows) {
    for (const [index, column] of columns.entries()) {
      const value = row.values[index] as number
      if (Number.isNaN(value)) {
        column.score = 0
        continue
      }
      if (zone !== undefined) column.detector.numbers[UTC_OFFSET_MIN] = zone.offsetMs(row.timeUs / 1000) / MINUTE_MS
      column.score = scoreReading(column.detector, row.timeUs, value, column.result)
      if (machine !== null) machineScore = updateChannel(machine, index, row.timeUs, value)
    }
    yield {
      row, columns, machine,
      score: machine === null ? (columns[0] as ScoredColumn).score : machineScore,
      anomaly: machine !== null && isInAlarm(machine),
    }
  }
}
