import type { Command } from '../command.ts'
import { readCliConfig } from '../config.ts'
import { showLogs } from '../show-logs.ts'

export const logsProducers: Command = {
  name: 'logs-producers',
  summary: 'Show the logs of the producers',
  usage: '',
  run: (args, env) => showLogs(readCliConfig(args, env), env, 'producer'),
}
