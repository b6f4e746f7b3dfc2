import { calendarVariables, readCalendar } from '../calendar/config.ts'
import { readVariables } from '../runtime/config.ts'
import { ExitError } from '../runtime/errors.ts'
import { parseOptions, USAGE } from './options.ts'
import { runBacktest } from './run-backtest.ts'

// Whoever reads our output has seen enough, as in `npm run backtest … | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})
try {
  const options = parseOptions(process.argv.slice(2))
  const { PLANT_CALENDAR } = readVariables(calendarVariables, process.env)
  process.stdout.write(options === null ? `${USAGE}\n` : `${runBacktest(options, readCalendar(PLANT_CALENDAR)).join('\n')}\n`)
} catch (error) {
  if (!(error instanceof ExitError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
