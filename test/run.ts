import { ExitError } from '../src/runtime/errors.ts'
import { runCommands } from './runner/command.ts'
import { listTestFiles, runFiles } from './runner/files.ts'
import { RUN_VARIABLE, describeLeft, endLeftProcesses } from './runner/leftovers.ts'
import { HELP, readOptions } from './runner/options.ts'
import type { Options } from './runner/options.ts'
import { RUN_TIMEOUT_MS } from './runner/phases.ts'
import type { Phase } from './runner/phases.ts'
import { failedOutcome, sum, summaryLine } from './runner/results.ts'
import type { Outcome } from './runner/results.ts'
import { createRunContext, removeFolder } from './runner/run-context.ts'
import type { RunContext } from './runner/run-context.ts'
import { createSharedPlant } from './runner/shared-plant.ts'
import type { SharedPlant } from './runner/shared-plant.ts'

try {
  const options = readOptions(process.argv.slice(2))
  if (options === undefined) console.log(HELP)
  else process.exitCode = await runAll(options)
} catch (error) {
  if (!(error instanceof ExitError)) throw error
  console.error(error.message)
  process.exitCode = 1
}

/** Runs the phases in order, all of them whatever fails, and prints the summary. Returns the exit code. */
async function runAll(options: Options): Promise<number> {
  const aborted = new AbortController()
  const timer = setTimeout(() => aborted.abort(`the whole run took more than ${RUN_TIMEOUT_MS / 60_000} minutes`), RUN_TIMEOUT_MS)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => aborted.abort(`interrupted by ${signal}`))
  const run = createRunContext(aborted.signal)
  // For what this process starts itself.
  process.env[RUN_VARIABLE] = run.id
  const plant = createSharedPlant(run)

  const outcomes: Outcome[] = []
  const times: string[] = []
  for (const phase of options.phases) {
    const started = performance.now()
    const results = await runPhase(run, plant, phase, options.filters)
    if (!usesPlantLater(options.phases, phase)) results.push(...await closePlant(plant))
    if (results.length === 0) continue
    outcomes.push(...results)
    const time = ((performance.now() - started) / 1000).toFixed(1)
    times.push(`${phase.name} ${time} s`)
    console.log(`  ${phase.name}: ${summaryLine(results)} in ${time} s\n`)
  }
  if (outcomes.length === 0) outcomes.push(failedOutcome('test/run.ts', `no test file matches ${options.filters.join(', ')}`))
  outcomes.push(...await cleanUp(run))
  clearTimeout(timer)

  for (const { where, text } of outcomes.flatMap((outcome) => outcome.failures)) console.log(`FAILED ${where}\n${indent(text)}\n`)
  console.log(times.join(', '))
  console.log(summaryLine(outcomes))
  return sum(outcomes.map((outcome) => outcome.failures.length)) === 0 ? 0 : 1
}

async function runPhase(run: RunContext, plant: SharedPlant, phase: Phase, filters: readonly string[]): Promise<Outcome[]> {
  if ('commands' in phase) {
    console.log(phase.name)
    return [run.signal.aborted ? failedOutcome(phase.name, `not run: ${String(run.signal.reason)}`) : await runCommands(run, phase)]
  }
  const files = listTestFiles(phase.folder, filters)
  if (files.length === 0) return filters.length > 0 ? [] : [failedOutcome(phase.folder, 'has no test file')]
  console.log(phase.name)
  let env = {}
  if (phase.sharedPlant && !run.signal.aborted) {
    const started = await plant.start()
    if ('failure' in started) return [started.failure]
    env = started.env
  }
  return runFiles(run, phase, files, env, printFile)
}

function printFile(path: string, outcome: Outcome): void {
  console.log(`  ${outcome.failures.length === 0 ? 'ok    ' : 'FAILED'} ${path}  ${summaryLine([outcome])}  ${outcome.seconds.toFixed(1)} s`)
  for (const note of outcome.notes) console.log(`           ${note}`)
}

function usesPlantLater(phases: readonly Phase[], phase: Phase): boolean {
  return phases.slice(phases.indexOf(phase) + 1).some((later) => 'folder' in later && later.sharedPlant)
}

async function closePlant(plant: SharedPlant): Promise<Outcome[]> {
  try {
    await plant.close()
    return []
  } catch (error) {
    return [failedOutcome('the shared Kafka and PostgreSQL', `could not be stopped: ${String(error)}`)]
  }
}

/** Whatever is still there now was left by the runner itself, or by a test in a way that no file's check could see. */
async function cleanUp(run: RunContext): Promise<Outcome[]> {
  await run.reaper.close()
  const left = await endLeftProcesses([`${RUN_VARIABLE}=${run.id}`], run.signal.aborted ? 0 : undefined)
  const leftFiles = removeFolder(run.folder)
  const interrupted = run.signal.aborted ? [failedOutcome('test/run.ts', String(run.signal.reason))] : []
  if (run.signal.aborted) return interrupted
  return [
    ...left.length === 0 ? [] : [failedOutcome('the run leaves processes behind', describeLeft(left))],
    ...leftFiles.length === 0 ? [] : [failedOutcome('the run leaves files behind', leftFiles.join(', '))],
  ]
}

function indent(text: string): string {
  return text.split('\n').map((line) => (line === '' ? '' : `  ${line}`)).join('\n')
}
