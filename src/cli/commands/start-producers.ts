import { bringUp } from '../bring-up.ts'
import type { Command } from '../command.ts'
import { startTime } from '../start-time.ts'

export const startProducers: Command = {
  name: 'start-producers',
  summary: 'Start the producers, and what they need',
  usage: '[--since SECONDS]',
  run: (args, env) => bringUp({ kinds: ['producer'], startedAtMs: startTime(args) }, env),
}
