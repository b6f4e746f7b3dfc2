import { exitOnConfigError, runProcess } from '../runtime/lifecycle.ts'
import { createLog } from '../runtime/log.ts'
import { readConfig } from './config.ts'
import { startMonitoring } from './service.ts'

const config = exitOnConfigError(() => readConfig(process.env))
const log = createLog('monitoring', config.logLevel)
await runProcess(log, () => startMonitoring(config, log))
