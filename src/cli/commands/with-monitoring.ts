import { startCommand } from '../part-commands.ts'
import { ALL_KINDS } from '../service-kinds.ts'

export const withMonitoring = startCommand({ name: 'with-monitoring', summary: 'Start everything, as `make all` does', kinds: ALL_KINDS })
