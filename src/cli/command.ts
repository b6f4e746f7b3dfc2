import type { Environment } from '../runtime/config.ts'
import { ExitError } from '../runtime/errors.ts'

export interface RuntimeNotes {
  readonly docker: string
  readonly local: string
}

export interface Command {
  /** As it is typed. */
  readonly name: string
  /** One line, the same as in `make help`. */
  readonly summary: string
  /** What follows the name, and what it means; for --help. */
  readonly usage: string
  /** What it does with Docker and without, where that differs; for docs/commands.md. */
  readonly runtimes?: RuntimeNotes
  /** Returns the exit code. An `ExitError` is one line for the user and exit code 1, a `UsageError` exit code 2. */
  run(args: readonly string[], env: Environment): Promise<number>
}

/** The command was not called as it has to be. */
export class UsageError extends ExitError {}

/** For commands that are told everything by variables. */
export function refuseArguments(args: readonly string[], command: string): void {
  if (args.length > 0) throw new UsageError(`${command} takes no arguments, but got "${args.join(' ')}"; see ${command} --help`)
}
