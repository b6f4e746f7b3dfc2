import { chooseRuntime } from '../choose-runtime.ts'
import type { Command } from '../command.ts'
import { readCliConfig } from '../config.ts'
import { printDemoToken } from '../demo-token.ts'
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
      // As it was scaled, and a demonstration if it was one, unless something else is asked for now.
      const asked = Object.fromEntries(Object.entries(env).filter(([, value]) => (value ?? '').trim() !== ''))
      const again = await chooseRuntime({ CONSUMERS: String(status.consumerCount), DEMO: status.demo ? '1' : '0', ...asked, RUNTIME: runtime.name })
      await again.bringUp({ kinds: [...kinds], startedAtMs: Date.now() })
      await printDemoToken(again, [...kinds])
      return 0
    }
    const names = chooseServices(services, status.services).map(({ name }) => name)
    await runtime.stop(names)
    await runtime.revive(names)
    return 0
  },
}
