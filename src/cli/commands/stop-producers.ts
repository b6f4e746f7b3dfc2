import { stopCommand } from '../part-commands.ts'

export const stopProducers = stopCommand({ name: 'stop-producers', summary: 'Stop the producers', kinds: ['producer'] })
