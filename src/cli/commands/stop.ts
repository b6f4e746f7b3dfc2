import { readWholeLocalConfig } from '../../local/config.ts'
import { askSupervisor } from '../../local/supervisor-client.ts'
import type { Command } from '../command.ts'
import { readCliConfig } from '../config.ts'
import { chooseServices, requireRunning } from '../running-system.ts'
import { shutDown } from '../shut-down.ts'
import { printStep } from '../terminal.ts'

export const stop: Command = {
  name: 'stop',
  summary: 'Stop everything and keep the data; SERVICE=… stops one',
  usage: '[SERVICE …]',
  async run(args, env) {
    const { services } = readCliConfig(args, env)
    if (services.length === 0) {
      await shutDown(readWholeLocalConfig(env).home)
      return 0
    }
    const { config, status } = await requireRunning(env)
    const names = chooseServices(services, status.services).map(({ name }) => name)
    await askSupervisor(config.home, { command: 'stop', services: names }, { onProgress: printStep, silenceMs: 30_000 })
    return 0
  },
}
