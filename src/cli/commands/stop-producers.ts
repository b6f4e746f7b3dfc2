import type { Command } from '../command.ts'
import { stopKind } from '../stop-kind.ts'

export const stopProducers: Command = {
  name: 'stop-producers',
  summary: 'Stop the producers',
  usage: '',
  run: (_args, env) => stopKind('producer', env),
}
