import { ALL_KINDS, bringUp } from '../bring-up.ts'
import type { Command } from '../command.ts'
import { startTime } from '../start-time.ts'

export const withMonitoring: Command = {
  name: 'with-monitoring',
  summary: 'Start everything, as `make all` does',
  usage: '[--since SECONDS]',
  run: (args, env) => bringUp({ kinds: ALL_KINDS, startedAtMs: startTime(args) }, env),
}
