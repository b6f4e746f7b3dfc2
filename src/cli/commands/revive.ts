import type { Command } from '../command.ts'
import { readCliConfig } from '../config.ts'
import { chooseServices, requireNames, requireRunning } from '../running-system.ts'
import { print } from '../terminal.ts'

export const revive: Command = {
  name: 'revive',
  summary: 'Start a service that was killed, stopped or has failed: SERVICE=consumer-1',
  usage: 'SERVICE …',
  async run(args, env) {
    const names = requireNames(readCliConfig(args, env).services, 'revive')
    const { runtime, status } = await requireRunning(env)
    for (const { name, state } of chooseServices(names, status.services)) if (state === 'running') print(`${name} runs already`)
    await runtime.revive(names)
    return 0
  },
}
