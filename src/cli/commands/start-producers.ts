import { startCommand } from '../part-commands.ts'

export const startProducers = startCommand({ name: 'start-producers', summary: 'Start the producers, and what they need', kinds: ['producer'] })
