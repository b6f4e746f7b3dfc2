import { chooseRuntime } from '../choose-runtime.ts'
import type { Command } from '../command.ts'
import { readCliConfig } from '../config.ts'
import { chooseServices, requireRunning } from '../running-system.ts'

export const restart: Command = {
  name: 'restart',
  summary: 'Stop what runs and start it again; SERVICE=… restarts one',
  usage: '[SERVICE …]',
  async run(args, env) {
    const { services } = readCliConfig(args, env)
    const { runtime, status } = await requireRunning(env)
    if (services.length === 0) {
      const kinds = new Set(status.services.filter(({ state }) => state !== 'stopped').map(({ kind }) => kind))
      await runtime.shutDown()
      // As it was scaled, unless another number is asked for now.
      const scaled = (env['CONSUMERS'] ?? '').trim() === '' ? { ...env, CONSUMERS: String(status.consumerCount) } : env
      await (await chooseRuntime({ ...scaled, RUNTIME: runtime.name })).bringUp({ kinds: [...kinds], startedAtMs: Date.now() })
      return 0
    }
    const names = chooseServices(services, status.services).map(({ name }) => name)
    await runtime.stop(names)
    await runtime.revive(names)
    return 0
  },
}
