import { startCommand } from '../part-commands.ts'

export const startConsumers = startCommand({ name: 'start-consumers', summary: 'Start the consumers, and what they need', kinds: ['consumer'] })
