import { logsCommand } from '../part-commands.ts'

export const logsConsumers = logsCommand({ name: 'logs-consumers', summary: 'Show the logs of the consumers', kind: 'consumer' })
