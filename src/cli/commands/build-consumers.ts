import { buildCommand } from '../part-commands.ts'

export const buildConsumers = buildCommand({ name: 'build-consumers', summary: 'Build the image of the consumers; nothing to do without Docker', kinds: ['consumer'] })
