import { startCommand } from '../part-commands.ts'
import { SERVERS } from '../service-kinds.ts'

export const infrastructureOnly = startCommand({
  name: 'infrastructure-only', summary: 'Start the infrastructure and the producers', kinds: [...SERVERS, 'producer'],
})
