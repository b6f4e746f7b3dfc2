import { startCommand } from '../part-commands.ts'
import { SERVERS } from '../service-kinds.ts'

export const start = startCommand({ name: 'start', summary: 'Start the infrastructure only: Kafka and PostgreSQL, with Docker also Kafka UI', kinds: SERVERS })
