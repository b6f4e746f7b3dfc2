import { bringUp } from '../bring-up.ts'
import type { Command } from '../command.ts'
import { startTime } from '../start-time.ts'

export const startConsumers: Command = {
  name: 'start-consumers',
  summary: 'Start the consumers, and what they need',
  usage: '[--since SECONDS]',
  run: (args, env) => bringUp({ kinds: ['consumer'], startedAtMs: startTime(args) }, env),
}
