import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { askEngine } from '../docker/engine.ts'
import { localVariables, readWholeLocalConfig } from '../local/config.ts'
import { PROJECT_ROOT } from '../local/project.ts'
import { supervisorLives } from '../local/supervisor-client.ts'
import { readVariables } from '../runtime/config.ts'
import type { Environment } from '../runtime/config.ts'
import { ExitError } from '../runtime/errors.ts'
import type { Runtime } from './runtime.ts'
import { printNotice } from './terminal.ts'

/**
 * The runtime that RUNTIME names. Without it: the local one where a system of it runs already, else Docker where a fitting engine answers,
 * else the local one, with a notice where there is a Docker that can't be used. Throws an `ExitError` with a line for each wrong variable,
 * when Docker was asked for and can't be used, and when it doesn't say in time whether it is there.
 */
export async function chooseRuntime(environment: Environment): Promise<Runtime> {
  const env = { ...variablesOfFile(), ...environment }
  const config = readWholeLocalConfig(env)
  const { RUNTIME: asked } = readVariables({ RUNTIME: localVariables.RUNTIME }, env)
  const isLocal = asked === 'local' || (asked === null && supervisorLives(config.home)) || !await isDocker(asked, env)
  // Only one of them is loaded: it is a tenth of the time of a short command.
  if (isLocal) return (await import('./local/runtime.ts')).createLocalRuntime(config, env)
  return (await import('./docker/runtime.ts')).createDockerRuntime(config, env)
}

async function isDocker(asked: 'docker' | 'local' | null, env: Environment): Promise<boolean> {
  const engine = await askEngine(env)
  if (engine.state === 'ready') return true
  if (asked === 'docker') throw new ExitError(`RUNTIME is docker, but Docker can't be used: ${engine.problem}`)
  // It may be busy, with our containers: not the moment to say that nothing runs.
  if (engine.problem.includes('no answer within')) throw new ExitError(`Docker doesn't answer (${engine.problem}); try again, or set RUNTIME=local`)
  if (engine.state === 'unusable') printNotice(`Without Docker, which can't be used: ${engine.problem}. RUNTIME=local leaves this line out.`)
  return false
}

/** Docker Compose reads this file by itself, so the commands go by it too. What is set in the environment goes before it. */
function variablesOfFile(): Environment {
  const file = join(PROJECT_ROOT, '.env')
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
}
