import { chooseRuntime } from '../choose-runtime.ts'
import type { Command } from '../command.ts'

export const clean: Command = {
  name: 'clean',
  summary: 'Stop everything and delete data, logs and state; with Docker the containers and volumes',
  runtimes: {
    docker: '`docker compose down --volumes`',
    local: 'deletes FACTORY_HOME',
  },
  usage: '',
  async run(_args, env) {
    const runtime = await chooseRuntime(env)
    await runtime.clean()
    return 0
  },
}
