import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { engineProblem } from '../docker/engine.ts'
import { localVariables, readWholeLocalConfig } from '../local/config.ts'
import { PROJECT_ROOT } from '../local/project.ts'
import { supervisorLives } from '../local/supervisor-client.ts'
import { readVariables } from '../runtime/config.ts'
import type { Environment } from '../runtime/config.ts'
import { ExitError } from '../runtime/errors.ts'
import type { Runtime } from './runtime.ts'

/**
 * The runtime that RUNTIME names. Without it: the local one where a system of it runs already, else Docker where an engine answers, else
 * the local one. Throws an `ExitError` with a line for each wrong variable, and when Docker was asked for and doesn't answer.
 */
export async function chooseRuntime(environment: Environment): Promise<Runtime> {
  const env = { ...variablesOfFile(), ...environment }
  const config = readWholeLocalConfig(env)
  const { RUNTIME: asked } = readVariables({ RUNTIME: localVariables.RUNTIME }, env)
  if (asked === 'docker') {
    const problem = await engineProblem(env)
    if (problem !== null) throw new ExitError(`RUNTIME is docker, but Docker can't be used: ${problem}`)
  }
  const isLocal = asked === 'local' || (asked === null && (supervisorLives(config.home) || await engineProblem(env) !== null))
  // Only one of them is loaded: it is a tenth of the time of a short command.
  if (isLocal) return (await import('./local/runtime.ts')).createLocalRuntime(config, env)
  return (await import('./docker/runtime.ts')).createDockerRuntime(config, env)
}

/** Docker Compose reads this file by itself, so the commands go by it too. What is set in the environment goes before it. */
function variablesOfFile(): Environment {
  const file = join(PROJECT_ROOT, '.env')
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
}
