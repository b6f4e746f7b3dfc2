import { exitOnConfigError } from '../runtime/lifecycle.ts'
import { readConfig } from './config.ts'
import { runFleet } from './service.ts'

const config = exitOnConfigError(() => readConfig(process.argv.slice(2), process.env))
process.exit(await runFleet(config))
