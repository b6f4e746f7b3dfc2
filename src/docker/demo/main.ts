import { exitOnConfigError, runProcess } from '../../runtime/lifecycle.ts'
import { createLog } from '../../runtime/log.ts'
import { readConfig } from './config.ts'
import { startDemo } from './service.ts'

const config = exitOnConfigError(() => readConfig(process.env))
const log = createLog('demo', config.logLevel)
await runProcess(log, () => startDemo(config, log))
