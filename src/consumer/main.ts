import { runProcess, exitOnConfigError } from '../runtime/lifecycle.ts'
import { createLog } from '../runtime/log.ts'
import { readConfig } from './config.ts'
import { startConsumer } from './service.ts'

const config = exitOnConfigError(() => readConfig(process.env))
const log = createLog(config.consumerId, config.logLevel)
await runProcess(log, () => startConsumer(config, log))
