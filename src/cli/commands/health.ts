import type { Command } from '../command.ts'
import { readCliConfig } from '../config.ts'
import { checkHealth } from '../health-checks.ts'
import { requireRunning } from '../running-system.ts'
import { coloured, print } from '../terminal.ts'

export const health: Command = {
  name: 'health',
  summary: 'Check that each service does its work; exit code 1 if one does not; FORMAT=json',
  usage: '',
  async run(args, env) {
    const { format } = readCliConfig(args, env)
    const { status } = await requireRunning(env)
    const checks = await checkHealth(status)
    const healthy = checks.every((check) => check.healthy)
    if (format === 'json') print(JSON.stringify({ healthy, checks }, null, 2))
    else {
      for (const { name, healthy: passed, detail } of checks) {
        print(`  ${passed ? coloured('green', 'ok    ') : coloured('red', 'FAILED')}  ${name.padEnd(20)}${detail}`)
      }
    }
    return healthy ? 0 : 1
  },
}
