import { buildCommand } from '../part-commands.ts'
import { ALL_KINDS } from '../service-kinds.ts'

export const buildAll = buildCommand({
  name: 'build-all', kinds: ALL_KINDS,
  summary: 'Build all images; without Docker the page, and Kafka is downloaded',
  runtimes: {
    docker: 'the four images of `docker/`, and those of the servers are pulled',
    local: 'the page is built, Kafka downloaded',
  },
})
