import { chooseRuntime } from '../choose-runtime.ts'
import type { Command } from '../command.ts'
import { readCliConfig } from '../config.ts'
import { printStatus } from '../status-table.ts'
import { print } from '../terminal.ts'

export const status: Command = {
  name: 'status',
  summary: 'Show every service: state, process, uptime, restarts, memory, port; FORMAT=json',
  runtimes: {
    docker: 'of containers; the pid is the one on the engine\'s machine',
    local: 'of processes',
  },
  usage: '',
  async run(args, env) {
    const { format } = readCliConfig(args, env)
    const runtime = await chooseRuntime(env)
    const system = await runtime.status({ memory: true })
    if (format === 'json') {
      const { services } = system ?? runtime.stopped()
      print(JSON.stringify({ runtime: runtime.name, running: system !== null, demo: system?.demo ?? false, services }, null, 2))
      return 0
    }
    if (system === null) print(runtime.absence())
    else {
      printStatus(system.services)
      if (system.demo) print('This is a demonstration: services can be killed from the page; make stop ends it.')
    }
    return 0
  },
}
