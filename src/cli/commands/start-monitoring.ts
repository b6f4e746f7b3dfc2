import { bringUp } from '../bring-up.ts'
import type { Command } from '../command.ts'
import { startTime } from '../start-time.ts'

export const startMonitoring: Command = {
  name: 'start-monitoring',
  summary: 'Start the API and the page, and what they need',
  usage: '[--since SECONDS]',
  run: (args, env) => bringUp({ kinds: ['monitoring'], startedAtMs: startTime(args) }, env),
}
