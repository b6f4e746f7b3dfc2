import type { Command } from '../command.ts'
import { readCliConfig } from '../config.ts'
import { showLogs } from '../show-logs.ts'

export const logs: Command = {
  name: 'logs',
  summary: 'Show the logs; SERVICE=consumer-1, FORMAT=json, FOLLOW=1',
  usage: `[SERVICE …]

The last lines of each log, in the order of time; on a terminal, or with FOLLOW=1, what comes then too, until Ctrl+C. FORMAT=json prints
the lines as they are in FACTORY_HOME/logs.`,
  run: (args, env) => showLogs(readCliConfig(args, env), env, null),
}
