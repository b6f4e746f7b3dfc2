import { chooseRuntime } from '../choose-runtime.ts'
import type { Command } from '../command.ts'
import { readCliConfig } from '../config.ts'
import { chooseServices, requireRunning } from '../running-system.ts'

export const stop: Command = {
  name: 'stop',
  summary: 'Stop everything and keep the data; SERVICE=… stops one',
  runtimes: {
    docker: '`docker compose stop`: the containers stay',
    local: 'ends the processes and their supervisor',
  },
  usage: '[SERVICE …]',
  async run(args, env) {
    const { services } = readCliConfig(args, env)
    if (services.length === 0) {
      const runtime = await chooseRuntime(env)
      await runtime.shutDown()
      return 0
    }
    const { runtime, status } = await requireRunning(env)
    await runtime.stop(chooseServices(services, status.services).map(({ name }) => name))
    return 0
  },
}
