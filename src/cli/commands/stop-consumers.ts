import { stopCommand } from '../part-commands.ts'

export const stopConsumers = stopCommand({ name: 'stop-consumers', summary: 'Stop the consumers', kinds: ['consumer'] })
