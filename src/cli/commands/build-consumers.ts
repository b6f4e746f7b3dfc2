import { buildCommand } from '../part-commands.ts'

export const buildConsumers = buildCommand({
  name: 'build-consumers', kinds: ['consumer'],
  summary: 'Build the image of the consumers; nothing to do without Docker',
  runtimes: {
    docker: 'the image factory-consumer',
    local: 'nothing: Node.js runs the TypeScript as it is',
  },
})
