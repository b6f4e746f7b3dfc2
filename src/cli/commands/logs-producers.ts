import { logsCommand } from '../part-commands.ts'

export const logsProducers = logsCommand({ name: 'logs-producers', summary: 'Show the logs of the producers', kind: 'producer' })
