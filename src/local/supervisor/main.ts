import { exitOnConfigError, runProcess } from '../../runtime/lifecycle.ts'
import { createLog } from '../../runtime/log.ts'
import { readLocalConfig } from '../config.ts'
import { startSupervisor } from './service.ts'

const config = exitOnConfigError(() => readLocalConfig(process.env))
const log = createLog('supervisor', 'info')
await runProcess(log, () => startSupervisor(config, log))
