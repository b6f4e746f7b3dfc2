import type { Command } from '../command.ts'
import { readCliConfig } from '../config.ts'
import { showLogs } from '../show-logs.ts'

export const logsConsumers: Command = {
  name: 'logs-consumers',
  summary: 'Show the logs of the consumers',
  usage: '',
  run: (args, env) => showLogs(readCliConfig(args, env), env, 'consumer'),
}
