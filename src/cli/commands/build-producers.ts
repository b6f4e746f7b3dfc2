import { buildCommand } from '../part-commands.ts'

export const buildProducers = buildCommand({
  name: 'build-producers', kinds: ['producer'],
  summary: 'Build the image of the producers; nothing to do without Docker',
  runtimes: {
    docker: 'the image factory-producer',
    local: 'nothing: Node.js runs the TypeScript as it is',
  },
})
