import { existsSync } from 'node:fs'
import { readWholeLocalConfig } from '../../local/config.ts'
import { endPostgresLeftovers, removePostgres } from '../../local/postgres/server.ts'
import { homeFiles, removeHome } from '../../local/state-files.ts'
import { supervisorLives } from '../../local/supervisor-client.ts'
import { ExitError } from '../../runtime/errors.ts'
import type { Command } from '../command.ts'
import { shutDown } from '../shut-down.ts'
import { print } from '../terminal.ts'

export const clean: Command = {
  name: 'clean',
  summary: 'Stop everything and delete data, logs and state',
  usage: '',
  async run(_args, env) {
    const { home } = readWholeLocalConfig(env)
    if (!existsSync(home)) {
      print(`There is nothing in ${home}.`)
      return 0
    }
    if (!existsSync(homeFiles(home).marker)) throw new ExitError(`${home} was not made by this system, so nothing in it is deleted`)
    if (supervisorLives(home)) await shutDown(home)
    await endPostgresLeftovers(home)
    await removePostgres(home)
    removeHome(home)
    print(`Data, logs and state of ${home} are deleted.`)
    return 0
  },
}
