import { ExitError, messageOf } from '../../runtime/errors.ts'
import type { Progress } from './protocol.ts'

export type Report = (progress: Progress) => void

/** Runs a step and reports its end, with its seconds. Rejects as the step does. */
export async function timed(report: Report, label: string, work: () => Promise<unknown>): Promise<void> {
  const started = performance.now()
  const seconds = (): number => (performance.now() - started) / 1000
  try {
    await work()
  } catch (error) {
    report({ label, seconds: seconds(), failure: messageOf(error) })
    throw error
  }
  report({ label, seconds: seconds() })
}

/** The same; throws an `ExitError` that names the step when it fails. */
export async function step(report: Report, label: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await timed(report, label, work)
  } catch (error) {
    throw new ExitError(`${label}: ${messageOf(error)}`)
  }
}

/** Waits for all, also when some fail; then throws an `ExitError` with a line for each failure. */
export async function allOf(works: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(works)
  const failures = new Set(results.flatMap((result) => (result.status === 'rejected' ? [messageOf(result.reason)] : [])))
  if (failures.size > 0) throw new ExitError([...failures].join('\n'))
}

/** The same work for all who ask while it goes on and after it is done; who asks after it failed, tries again. */
export function onceUntilFailed<Input extends readonly unknown[], T>(work: (...input: Input) => Promise<T>): (...input: Input) => Promise<T> {
  let result: Promise<T> | null = null
  return (...input) => {
    result ??= work(...input).catch((error: unknown) => {
      result = null
      throw error
    })
    return result
  }
}

/** The same work, begun when what was asked before is over, however it ended. */
export function oneAtATime<Input extends readonly unknown[]>(work: (...input: Input) => Promise<void>): (...input: Input) => Promise<void> {
  let last: Promise<void> = Promise.resolve()
  return (...input) => {
    const next = last.catch(() => undefined).then(() => work(...input))
    last = next
    return next
  }
}
