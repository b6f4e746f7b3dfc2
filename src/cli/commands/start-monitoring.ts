import { startCommand } from '../part-commands.ts'

export const startMonitoring = startCommand({ name: 'start-monitoring', summary: 'Start the API and the page, and what they need', kinds: ['monitoring'] })
