import { parseArgs } from 'node:util'
import { ExitError, messageOf } from '../../src/runtime/errors.ts'
import { PHASES } from './phases.ts'
import type { Phase } from './phases.ts'

export interface Options {
  readonly phases: readonly Phase[]
  /** Only test files whose path contains one of them; empty: all. */
  readonly filters: readonly string[]
}

const NAMES = PHASES.map((phase) => phase.name).join(', ')

export const HELP = `Runs the tests of the project.

  node test/run.ts [--only PHASE,…] [PART-OF-A-PATH …]

  --only PHASE,…      only these phases: ${NAMES};
                      docker runs only when it is named, and needs a Docker engine
  PART-OF-A-PATH      only test files whose path contains it (and no lint, types and build)
  --help

Ends with one line, "N passed, N failed", and exit code 1 if anything failed. A single file also runs by itself: node test/unit/….test.ts`

/** Throws an `ExitError` that says what is wrong with the arguments. Undefined: help was asked for. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values, positionals } = parse(args)
  if (values.help === true) return undefined
  const names = values.only?.flatMap((value) => value.split(',')) ?? []
  const unknown = names.find((name) => !PHASES.some((phase) => phase.name === name))
  if (unknown !== undefined) throw new ExitError(`there is no phase "${unknown}"; there are ${NAMES}`)
  const phases = PHASES
    .filter((phase) => (names.length === 0 ? !('onlyByName' in phase) : names.includes(phase.name)))
    .filter((phase) => positionals.length === 0 || 'folder' in phase)
  return { phases, filters: positionals }
}

function parse(args: readonly string[]): { values: { help?: boolean, only?: string[] }, positionals: string[] } {
  try {
    return parseArgs({
      args: [...args], allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h' }, only: { type: 'string', multiple: true } },
    })
  } catch (error) {
    throw new ExitError(messageOf(error))
  }
}
