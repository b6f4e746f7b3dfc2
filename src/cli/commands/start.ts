import { SERVERS, bringUp } from '../bring-up.ts'
import type { Command } from '../command.ts'
import { startTime } from '../start-time.ts'

export const start: Command = {
  name: 'start',
  summary: 'Start the infrastructure only: Kafka and PostgreSQL',
  usage: '[--since SECONDS]',
  run: (args, env) => bringUp({ kinds: SERVERS, startedAtMs: startTime(args) }, env),
}
