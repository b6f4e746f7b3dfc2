import { buildCommand } from '../part-commands.ts'
import { ALL_KINDS } from '../service-kinds.ts'

export const buildAll = buildCommand({ name: 'build-all', summary: 'Build all images; without Docker the page, and Kafka is downloaded', kinds: ALL_KINDS })
