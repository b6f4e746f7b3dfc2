import { ROLES } from '../contract/access-api.ts'
import { flag, integer, oneOf, readVariables, text } from '../runtime/config.ts'
import type { Environment } from '../runtime/config.ts'

/** The variables of the commands themselves. */
export const cliVariables = {
  SERVICE: {
    ...text({ help: 'The service that a command is about, as `make status` names it; several with commas between.' }),
    defaultValue: null, defaultText: 'all, or none',
  },
  FORMAT: oneOf(['text', 'json'], { defaultValue: 'text', help: 'How a command prints what it found.' }),
  FOLLOW: {
    ...flag({ help: 'Whether logs, readings and alerts go on until Ctrl+C.' }), defaultValue: null, defaultText: '1 on a terminal, else 0',
  },
  SENSOR: { ...text({ help: 'The sensor whose readings or alerts are shown.' }), defaultValue: null, defaultText: 'all' },
  MONITORING_URL: {
    ...text({
      pattern: /^https?:\/\/[^\s/]+$/, allowed: 'an address like http://monitoring:5000',
      help: 'With KAFKA_BROKERS and DATABASE_URL: the system that is looked at and checked, wherever it runs.',
    }),
    defaultValue: null, defaultText: 'the system that runs here',
  },
  MONITORING_TOKEN: {
    ...text({ secret: true, help: 'A token of the API, with which `make verify-cluster` reads where that needs a login.' }), defaultValue: null,
  },
  TIMEOUT_S: integer({ defaultValue: 60, min: 1, max: 86_400, help: 'How long `make wait-for-kafka` waits, in seconds.' }),
}

/** Those of `make admin`. */
export const accountVariables = {
  NAME: { ...text({ help: 'The account that `make admin` makes or changes.' }), defaultValue: null },
  ROLE: { ...oneOf(ROLES, { help: 'Its role.' }), defaultValue: null, defaultText: 'admin for a new account, else the one that it has' },
  PASSWORD_FILE: { ...text({ help: 'The file of its password.' }), defaultValue: null, defaultText: 'the terminal is asked' },
  DISABLE: flag({ defaultValue: false, help: 'Whether the account is shut out instead.' }),
}

export interface CliConfig {
  readonly services: readonly string[]
  readonly format: 'text' | 'json'
  /** Null: as the output is a terminal or not. */
  readonly follow: boolean | null
  /** Null: all. */
  readonly sensor: string | null
  readonly timeoutS: number
  /** Null: nobody is logged in. */
  readonly monitoringToken: string | null
}

/** Service names may also be given as arguments. Throws an `ExitError` that names the wrong variable. */
export function readCliConfig(args: readonly string[], env: Environment): CliConfig {
  const values = readVariables(cliVariables, env)
  const names = [...args, values.SERVICE ?? ''].flatMap((value) => value.split(/[\s,]+/)).filter((name) => name !== '')
  return {
    services: [...new Set(names)], format: values.FORMAT, follow: values.FOLLOW, sensor: values.SENSOR, timeoutS: values.TIMEOUT_S,
    monitoringToken: values.MONITORING_TOKEN,
  }
}
