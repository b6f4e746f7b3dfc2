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
  process.stdout.write(options === null ? `${USAGE}\n` : `${runBacktest(options).join('\n')}\n`)
} catch (error) {
  if (!(error instanceof ExitError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
