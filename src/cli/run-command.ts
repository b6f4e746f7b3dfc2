import type { Environment } from '../runtime/config.ts'
import { ExitError } from '../runtime/errors.ts'
import { COMMANDS } from './command-table.ts'
import { UsageError } from './command.ts'
import { print, printFailure } from './terminal.ts'

const HELP_FLAGS = new Set(['--help', '-h'])

/** Runs the command that the arguments name and returns the exit code: 0, 1 where it failed, 2 where it was called wrongly. */
export async function runCommand(args: readonly string[], env: Environment): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === 'help' || HELP_FLAGS.has(name)) {
    await printOverview()
    return name === undefined ? 2 : 0
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (load === undefined) {
    printFailure(`there is no command "${name}"; there are ${Object.keys(COMMANDS).join(', ')}`)
    return 2
  }
  const command = await load()
  if (rest.some((arg) => HELP_FLAGS.has(arg))) {
    print(`${command.summary}\n\n  ${command.name} ${command.usage}`.trimEnd())
    return 0
  }
  try {
    return await command.run(rest, env)
  } catch (error) {
    if (!(error instanceof ExitError)) throw error
    printFailure(error.message)
    return error instanceof UsageError ? 2 : 1
  }
}

async function printOverview(): Promise<void> {
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()))
  const width = Math.max(...commands.map(({ name }) => name.length))
  print('The Factory Monitoring System. `make help` lists the same commands as targets of make.\n')
  for (const { name, summary } of commands) print(`  ${name.padEnd(width)}  ${summary}`)
  print('\n  COMMAND --help says more. Configuration is by environment variables: docs/config.md.')
}
