import { SERVERS, bringUp } from '../bring-up.ts'
import type { Command } from '../command.ts'
import { startTime } from '../start-time.ts'

export const withConsumers: Command = {
  name: 'with-consumers',
  summary: 'Start the infrastructure, the producers and the consumers',
  usage: '[--since SECONDS]',
  run: (args, env) => bringUp({ kinds: [...SERVERS, 'producer', 'consumer'], startedAtMs: startTime(args) }, env),
}
