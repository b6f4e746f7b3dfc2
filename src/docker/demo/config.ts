import { oneOf, readVariables } from '../../runtime/config.ts'
import type { Environment } from '../../runtime/config.ts'
import { LOG_LEVELS } from '../../runtime/log.ts'
import type { LogLevel } from '../../runtime/log.ts'
import { dockerVariables } from '../config.ts'

/** The variables of the container of a demonstration. */
export const demoVariables = {
  COMPOSE_PROJECT_NAME: dockerVariables.COMPOSE_PROJECT_NAME,
  LOG_LEVEL: oneOf(LOG_LEVELS, { defaultValue: 'info', help: 'How much is logged.' }),
}

export interface DemoConfig {
  /** Of the containers that may be killed. */
  readonly project: string
  readonly logLevel: LogLevel
}

/** Throws an `ExitError` that names the wrong variable. */
export function readConfig(env: Environment): DemoConfig {
  const values = readVariables(demoVariables, env)
  return { project: values.COMPOSE_PROJECT_NAME, logLevel: values.LOG_LEVEL }
}
