import { exitOnConfigError, runProcess } from '../runtime/lifecycle.ts'
import { createLog } from '../runtime/log.ts'
import { readConfig } from './config.ts'
import { startProducer } from './service.ts'

const config = exitOnConfigError(() => readConfig(process.env))
const log = createLog(config.sensorId, config.logLevel)
await runProcess(log, () => startProducer(config, log))
