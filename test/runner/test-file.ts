import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runChild } from './child.ts'
import type { ChildResult } from './child.ts'
import { FILE_VARIABLE, RUN_VARIABLE, describeLeft, endLeftProcesses } from './leftovers.ts'
import { ALLOWED_SKIPS } from './phases.ts'
import type { FilesPhase } from './phases.ts'
import { REPORT_VARIABLE } from './reporter.ts'
import type { ReportLine } from './reporter.ts'
import type { Failure, Outcome } from './results.ts'
import { removeFolder } from './run-context.ts'
import type { RunContext } from './run-context.ts'

const REPORTER = fileURLToPath(new URL('./reporter.ts', import.meta.url))
/** Printed of a file that failed. */
const OUTPUT_LINES = 150

/**
 * Runs one test file in a process of its own. It fails when a test fails, when it runs no test, skips one that may not be skipped,
 * doesn't end in time, or leaves a process or a temporary file behind.
 */
export async function runTestFile(run: RunContext, phase: FilesPhase, file: string, env: Readonly<Record<string, string>>): Promise<Outcome> {
  const folder = run.makeFolder()
  const reportPath = join(folder, 'report')
  // Short: Chromium makes a socket in it, whose path may have 107 characters.
  const temporary = join(folder, 'tmp')
  mkdirSync(temporary, { mode: 0o755 })
  const result = await runChild(run, process.execPath, [`--test-reporter=${REPORTER}`, `--test-timeout=${phase.testTimeoutMs}`, file], {
    env: run.environment({ ...env, [FILE_VARIABLE]: file, [REPORT_VARIABLE]: reportPath, TMPDIR: temporary }),
    timeoutMs: phase.fileTimeoutMs,
  })
  const left = await endLeftProcesses([`${RUN_VARIABLE}=${run.id}`, `${FILE_VARIABLE}=${file}`], result.killedBecause === undefined ? undefined : 0)
  const lines = readReport(reportPath)
  const leftFiles = removeFolder(temporary)
  removeFolder(folder)

  const outcome = outcomeOf(file, result, lines)
  // After a kill nothing could clean up.
  if (result.killedBecause !== undefined) return outcome
  const leaks: Failure[] = []
  if (left.length > 0) leaks.push({ where: `${file} > leaves processes behind`, text: describeLeft(left) })
  if (leftFiles.length > 0) leaks.push({ where: `${file} > leaves files behind`, text: `in the temporary folder: ${leftFiles.join(', ')}` })
  return { ...outcome, failures: [...outcome.failures, ...leaks] }
}

/** What the report of a file and the end of its process mean. */
export function outcomeOf(file: string, result: ChildResult, lines: readonly ReportLine[]): Outcome {
  const failures: Failure[] = []
  const skipped: string[] = []
  const notes: string[] = []
  let passed = 0
  for (const line of lines) {
    if (line.type === 'passed') passed++
    if (line.type === 'note') notes.push(line.text)
    if (line.type === 'failed') failures.push({ where: `${file} > ${line.name}`, text: line.error })
    if (line.type === 'skipped') {
      if (ALLOWED_SKIPS.has(line.name)) skipped.push(line.name)
      else failures.push({ where: `${file} > ${line.name}`, text: `skipped (${line.reason}), but ALLOWED_SKIPS in test/runner/phases.ts doesn't allow it` })
    }
  }
  if (result.killedBecause !== undefined) failures.push({ where: file, text: `${result.killedBecause}; ${unfinished(lines)}` })
  else if (failures.length === 0 && result.code !== 0) {
    // node:test says of an error after the end of a test only in a note.
    failures.push({ where: file, text: [`ended with ${result.code ?? result.signal}, though no test failed`, ...notes].join('\n') })
  }
  if (failures.length === 0 && passed + skipped.length === 0) failures.push({ where: file, text: 'runs no test' })

  const last = failures.at(-1)
  const printed = result.output.trimEnd().split('\n').slice(-OUTPUT_LINES).join('\n')
  if (last !== undefined && printed !== '') {
    failures[failures.length - 1] = { where: last.where, text: `${last.text}\n\n${file} printed:\n${printed}` }
  }
  return { passed, failures, skipped, seconds: result.seconds, notes }
}

function unfinished(lines: readonly ReportLine[]): string {
  const open: string[] = []
  for (const line of lines) {
    if (line.type === 'started') open.push(line.name)
    if (line.type === 'ended' && open.includes(line.name)) open.splice(open.indexOf(line.name), 1)
  }
  if (open.length > 0) return `unfinished: ${open.join(', ')}`
  return lines.length === 0 ? 'none of its tests had ended' : 'all its tests had ended, so something is still open: a server, a socket, a timer'
}

function readReport(path: string): ReportLine[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as ReportLine)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
