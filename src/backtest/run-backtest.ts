import { writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Calendar } from '../calendar/calendar.ts'
import { isWarmingUp } from '../detect/learned/score-reading.ts'
import { ExitError, messageOf } from '../runtime/errors.ts'
import { gatherBuckets } from './buckets.ts'
import { drawChart } from './chart.ts'
import { recordEpisodes } from './episodes.ts'
import { openHistory } from './history.ts'
import type { BacktestOptions } from './options.ts'
import { scoreHistory } from './score-history.ts'
import { summarise } from './summary.ts'
import { createScoresFile } from './write-scores.ts'

const PROGRESS_EVERY_MS = 2_000
const CLOCK_EVERY_ROWS = 4_096

/** Scores the file by the calendar's time zone, writes what was asked for, and gives the lines of the report. Throws an `ExitError`. */
export function runBacktest({ file, out, plot, mode }: BacktestOptions, { zone }: Calendar): string[] {
  const history = openHistory(file)
  const { columns } = history
  const recorder = recordEpisodes(columns)
  const gathered = plot === null ? null : gatherBuckets()
  const scores = out === null ? null : createScoresFile(out, columns)
  let [rows, missing, first, last, warmFrom] = [0, 0, '', '', '']
  let saidMs = performance.now()
  for (const scored of scoreHistory(history, mode, zone)) {
    const { row } = scored
    rows++
    if (rows === 1) first = row.timestamp
    last = row.timestamp
    for (const value of row.values) if (Number.isNaN(value)) missing++
    if (warmFrom === '' && scored.columns.some(({ detector }) => !isWarmingUp(detector))) warmFrom = row.timestamp
    recorder.take(scored)
    scores?.write(scored)
    gathered?.take(scored)
    if (rows % CLOCK_EVERY_ROWS === 0 && performance.now() - saidMs > PROGRESS_EVERY_MS) {
      saidMs = performance.now()
      process.stderr.write(`${rows.toLocaleString('en-US')} rows, ${Math.floor(100 * row.share)} % of the file\n`)
    }
  }
  scores?.close()
  if (plot !== null && gathered !== null) {
    if (rows === 0) throw new ExitError(`${file} has no row to draw`)
    write(plot, drawChart(basename(file), columns, gathered.buckets(), recorder.episodes))
  }
  return [
    ...summarise(file, columns, mode, { rows, missing, first, last, warmFrom }, recorder.episodes),
    ...out === null ? [] : [`scores: ${out}`],
    ...plot === null ? [] : [`chart: ${plot}`],
  ]
}

function write(path: string, content: string): void {
  try {
    writeFileSync(path, content)
  } catch (error) {
    throw new ExitError(`${path} can't be written: ${messageOf(error)}`)
  }
}
