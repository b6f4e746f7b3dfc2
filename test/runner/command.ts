import { accessSync } from 'node:fs'
import { join } from 'node:path'
import { runChild } from './child.ts'
import type { CommandPhase } from './phases.ts'
import { failedOutcome, sum } from './results.ts'
import type { Outcome } from './results.ts'
import { ROOT } from './run-context.ts'
import type { RunContext } from './run-context.ts'

/** Runs the commands of a phase; together they count as one test. */
export async function runCommands(run: RunContext, phase: CommandPhase): Promise<Outcome> {
  const seconds: number[] = []
  for (const [program, ...args] of phase.commands) {
    const path = join(ROOT, 'node_modules/.bin', program)
    try {
      accessSync(path)
    } catch {
      return failedOutcome(phase.name, `${program} is not installed: run npm ci`)
    }
    const result = await runChild(run, path, args, { env: run.environment({}), timeoutMs: phase.timeoutMs })
    seconds.push(result.seconds)
    if (result.code !== 0) {
      const why = result.killedBecause ?? `${[program, ...args].join(' ')} ended with ${result.code ?? result.signal}`
      return failedOutcome(phase.name, `${why}\n${result.output.trimEnd()}`, sum(seconds))
    }
  }
  return { passed: 1, failures: [], skipped: [], seconds: sum(seconds), notes: [] }
}
