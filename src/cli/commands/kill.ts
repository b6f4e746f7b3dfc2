import type { Command } from '../command.ts'
import { readCliConfig } from '../config.ts'
import { chooseServices, requireNames, requireRunning } from '../running-system.ts'
import { print } from '../terminal.ts'

export const kill: Command = {
  name: 'kill',
  summary: 'Kill a service by SIGKILL: SERVICE=consumer-1; it stays dead until it is revived',
  runtimes: {
    docker: '`docker kill`, which may also be typed by hand',
    local: 'SIGKILL to the process',
  },
  usage: 'SERVICE …',
  async run(args, env) {
    const names = requireNames(readCliConfig(args, env).services, 'kill')
    const { runtime, status } = await requireRunning(env)
    const chosen = chooseServices(names, status.services)
    await runtime.kill(names)
    for (const { name, pid } of chosen) print(`${name} is killed${pid === null ? '' : ` (pid ${pid})`}; make revive SERVICE=${name} starts it again`)
    return 0
  },
}
