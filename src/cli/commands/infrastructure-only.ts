import { SERVERS, bringUp } from '../bring-up.ts'
import type { Command } from '../command.ts'
import { startTime } from '../start-time.ts'

export const infrastructureOnly: Command = {
  name: 'infrastructure-only',
  summary: 'Start the infrastructure and the producers',
  usage: '[--since SECONDS]',
  run: (args, env) => bringUp({ kinds: [...SERVERS, 'producer'], startedAtMs: startTime(args) }, env),
}
