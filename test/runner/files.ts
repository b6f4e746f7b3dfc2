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

/** Beside which others a file runs, by what it says near its top: beside any, beside none that starts a whole system too, or alone. */
export type Company = 'any' | 'no other system' | 'none'

export interface TestFile {
  readonly path: string
  readonly company: Company
}

/** The `*.test.ts` files of a folder whose path contains one of the filters, sorted. */
export function listTestFiles(folder: string, filters: readonly string[]): TestFile[] {
  return globSync(`${folder}/**/*.test.ts`, { cwd: ROOT }).sort()
    .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)))
    .map((path) => ({ path, company: companyOf(readFileSync(join(ROOT, path), 'utf8').slice(0, 2000)) }))
}

function companyOf(top: string): Company {
  if (/^\/\/ Runs alone: /m.test(top)) return 'none'
  return /^\/\/ Starts a whole system/m.test(top) ? 'no other system' : 'any'
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
  const withCompany = (company: Company): TestFile[] => files.filter((file) => file.company === company)
  const systems = withCompany('no other system')
  const rest = withCompany('any')
  const worker = async (first: TestFile[]): Promise<void> => {
    for (let file = first.shift() ?? rest.shift(); file !== undefined; file = first.shift() ?? rest.shift()) await runOne(file)
  }
  const workers = Math.min(phase.filesAtOnce, availableParallelism())
  // All systems are the first one's, so that two never run at once.
  await Promise.all(Array.from({ length: workers }, (_, index) => worker(index === 0 ? systems : [])))
  for (const file of withCompany('none')) await runOne(file)
  return outcomes
}
