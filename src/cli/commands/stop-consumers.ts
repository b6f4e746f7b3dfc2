import type { Command } from '../command.ts'
import { stopKind } from '../stop-kind.ts'

export const stopConsumers: Command = {
  name: 'stop-consumers',
  summary: 'Stop the consumers',
  usage: '',
  run: (_args, env) => stopKind('consumer', env),
}
