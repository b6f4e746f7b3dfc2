import { parseArgs } from 'node:util'
import type { Mode } from '../detect/learned/state.ts'
import { ExitError } from '../runtime/errors.ts'

export const USAGE = `Scores a history of measurements by the detector that the consumers run, reading by reading: what would it have said?

  npm run backtest -- FILE.csv [--out SCORES.csv] [--plot CHART.svg] [--lite]

FILE: a header, then one row a time. First column: the time, "2026-03-01 06:00:00" or ISO 8601 (UTC where it says nothing else). Then
one column of values, or several: the sensors of one machine, which are scored each for itself and together. Cells are separated by
commas or by semicolons; an empty cell is a value that is missing. Rows count in the order in which they stand.

  --out SCORES.csv   one row per row of FILE. One column: timestamp,value,score,expected,band_low,band_high,why
                     Several: timestamp, each column's score, score, anomaly (1 while the machine is in alarm)
  --plot CHART.svg   the values, the band in which they were expected, the scores
  --lite             the smaller detector, without shapes

Hours of the day are those of the time zone in the file that PLANT_CALENDAR names, of UTC where it names none.

A score is 0 to 1; from 0.5 on it is an alert. docs/detection.md explains it.`

export interface BacktestOptions {
  readonly file: string
  readonly out: string | null
  readonly plot: string | null
  readonly mode: Mode
}

/** Null when help was asked for. Throws an `ExitError` that says what is wrong. */
export function parseOptions(args: readonly string[]): BacktestOptions | null {
  const { values, positionals } = parse(args)
  if (values.help === true) return null
  const [file, ...more] = positionals
  if (file === undefined) throw new ExitError('name a file: npm run backtest -- FILE.csv [--out SCORES.csv] [--plot CHART.svg] [--lite]')
  if (more.length > 0) throw new ExitError(`one file at a time, and not "${more[0]}" too`)
  return { file, out: values.out ?? null, plot: values.plot ?? null, mode: values.lite === true ? 'lite' : 'full' }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args], allowPositionals: true,
      options: { out: { type: 'string' }, plot: { type: 'string' }, lite: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    })
  } catch (error) {
    throw new ExitError((error as Error).message.split('\n')[0] ?? '')
  }
}
