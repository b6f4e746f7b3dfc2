import { askSupervisor } from '../../local/supervisor-client.ts'
import { bringUp, definedOnly } from '../bring-up.ts'
import type { Command } from '../command.ts'
import { readCliConfig } from '../config.ts'
import { chooseServices, requireRunning } from '../running-system.ts'
import { shutDown } from '../shut-down.ts'
import { printStep } from '../terminal.ts'

export const restart: Command = {
  name: 'restart',
  summary: 'Stop what runs and start it again; SERVICE=… restarts one',
  usage: '[SERVICE …]',
  async run(args, env) {
    const { services } = readCliConfig(args, env)
    const { config, status } = await requireRunning(env)
    if (services.length === 0) {
      const kinds = new Set(status.services.filter(({ state }) => state !== 'stopped').map(({ kind }) => kind))
      await shutDown(config.home)
      // As it was scaled, unless another number is asked for now.
      const scaled = (env['CONSUMERS'] ?? '').trim() === '' ? { ...env, CONSUMERS: String(status.consumerCount) } : env
      return bringUp({ kinds: [...kinds], startedAtMs: Date.now() }, scaled)
    }
    const names = chooseServices(services, status.services).map(({ name }) => name)
    await askSupervisor(config.home, { command: 'stop', services: names }, { onProgress: printStep, silenceMs: 30_000 })
    await askSupervisor(config.home, { command: 'start', services: names, env: definedOnly(env), revive: true }, { onProgress: printStep, silenceMs: 120_000 })
    return 0
  },
}
