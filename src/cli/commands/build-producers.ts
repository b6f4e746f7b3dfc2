import { buildCommand } from '../part-commands.ts'

export const buildProducers = buildCommand({ name: 'build-producers', summary: 'Build the image of the producers; nothing to do without Docker', kinds: ['producer'] })
