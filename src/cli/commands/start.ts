import { startCommand } from '../part-commands.ts'
import { SERVERS } from '../service-kinds.ts'

export const start = startCommand({
  name: 'start', kinds: SERVERS,
  summary: 'Start the infrastructure only: Kafka and PostgreSQL, with Docker also Kafka UI',
  runtimes: {
    docker: 'kafka1, kafka2, kafka3, postgres, kafka-ui',
    local: 'kafka1, kafka2, kafka3, postgres',
  },
})
