import { globSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { FilesPhase } from './phases.ts'
import { failedOutcome } from './results.ts'
import type { Outcome } from './results.ts'
import { ROOT } from './run-context.ts'
import type { RunContext } from './run-context.ts'
import { messageOf } from '../../src/runtime/errors.ts'
import { runTestFile } from './test-file.ts'

export interface TestFile {
  readonly path: string
  readonly alone: boolean
}

/** The `*.test.ts` files of a folder whose path contains one of the filters, sorted; those that run alone come last. */
export function listTestFiles(folder: string, filters: readonly string[]): TestFile[] {
  return globSync(`${folder}/**/*.test.ts`, { cwd: ROOT }).sort()
    .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)))
    .map((path) => ({ path, alone: /^\/\/ Runs alone: /m.test(readFileSync(join(ROOT, path), 'utf8').slice(0, 2000)) }))
    .sort((a, b) => Number(a.alone) - Number(b.alone))
}

/** Runs files, several at once where they allow it, and reports each as it ends. */
export async function runFiles(
  run: RunContext, phase: FilesPhase, files: readonly TestFile[], env: Readonly<Record<string, string>>,
  onEnd: (path: string, outcome: Outcome) => void,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const runOne = async ({ path }: TestFile): Promise<void> => {
    const outcome = run.signal.aborted
      ? failedOutcome(path, `not run: ${String(run.signal.reason)}`)
      : await runTestFile(run, phase, path, env).catch((error: unknown) => failedOutcome(path, `could not be run: ${messageOf(error)}`))
    outcomes.push(outcome)
    onEnd(path, outcome)
  }
  const together = files.filter((file) => !file.alone)
  const worker = async (): Promise<void> => {
    for (let file = together.shift(); file !== undefined; file = together.shift()) await runOne(file)
  }
  await Promise.all(Array.from({ length: Math.min(phase.filesAtOnce, availableParallelism()) }, worker))
  for (const file of files.filter((each) => each.alone)) await runOne(file)
  return outcomes
}
