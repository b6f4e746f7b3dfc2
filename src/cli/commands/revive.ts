import { askSupervisor } from '../../local/supervisor-client.ts'
import { definedOnly } from '../bring-up.ts'
import type { Command } from '../command.ts'
import { readCliConfig } from '../config.ts'
import { chooseServices, requireNames, requireRunning } from '../running-system.ts'
import { print, printStep } from '../terminal.ts'

export const revive: Command = {
  name: 'revive',
  summary: 'Start a service that was killed, stopped or has failed: SERVICE=consumer-1',
  usage: 'SERVICE …',
  async run(args, env) {
    const names = requireNames(readCliConfig(args, env).services, 'revive')
    const { config, status } = await requireRunning(env)
    for (const { name, state } of chooseServices(names, status.services)) if (state === 'running') print(`${name} runs already`)
    await askSupervisor(config.home, { command: 'start', services: names, env: definedOnly(env), revive: true }, { onProgress: printStep, silenceMs: 120_000 })
    return 0
  },
}
