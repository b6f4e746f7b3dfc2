import { startCommand } from '../part-commands.ts'
import { SERVERS } from '../service-kinds.ts'

export const withConsumers = startCommand({
  name: 'with-consumers', summary: 'Start the infrastructure, the producers and the consumers', kinds: [...SERVERS, 'producer', 'consumer'],
})
