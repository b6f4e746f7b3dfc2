import { readWholeLocalConfig } from '../../local/config.ts'
import { serviceTable } from '../../local/services.ts'
import { askSupervisor, supervisorLives } from '../../local/supervisor-client.ts'
import type { ServiceStatus } from '../../local/supervisor/protocol.ts'
import type { Command } from '../command.ts'
import { readCliConfig } from '../config.ts'
import { printStatus } from '../status-table.ts'
import { print } from '../terminal.ts'

export const status: Command = {
  name: 'status',
  summary: 'Show every service: state, process, uptime, restarts, memory, port; FORMAT=json',
  usage: '',
  async run(args, env) {
    const { format } = readCliConfig(args, env)
    const config = readWholeLocalConfig(env)
    const system = await askSupervisor(config.home, { command: 'status' })
    const services = system?.services ?? serviceTable(config).map(({ name, kind, ports }): ServiceStatus => ({
      name, kind, state: 'stopped', pid: null, uptimeS: null, restarts: 0, memoryMB: null, port: ports[0]?.port ?? null, reason: null, healthId: null,
    }))
    if (format === 'json') {
      print(JSON.stringify({ running: system !== null, services }, null, 2))
      return 0
    }
    if (system === null) print(supervisorLives(config.home) ? 'The supervisor runs, but can\'t be reached.' : 'Nothing runs; start it by `make all`.')
    else printStatus(services)
    return 0
  },
}
