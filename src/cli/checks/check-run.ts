import { linkAbort, pause } from '../../runtime/abort.ts'
import { messageOf } from '../../runtime/errors.ts'

export interface CheckResult {
  readonly group: string
  readonly name: string
  readonly ok: boolean
  /** What was seen, or what is wrong. */
  readonly detail: string
  readonly seconds: number
}

/** A check that was made, for those that need what it saw. */
export interface Made<T> {
  readonly name: string
  /** Undefined when nothing could be seen. There also where what was seen is wrong. */
  readonly seen: T | undefined
}

export interface CheckRun {
  readonly results: readonly CheckResult[]
  /** Looks, within a time, then judges: the text of `judge` is the detail of a check that passed, its error what is wrong. */
  check<T>(group: string, name: string, look: (signal: AbortSignal) => Promise<T>, judge: (seen: T) => string): Promise<Made<T>>
  /** The same, where it needs what another check has seen. Else it counts as failed. */
  checkWith<N, T>(
    needed: Made<N>, group: string, name: string, look: (needed: N, signal: AbortSignal) => Promise<T>, judge: (seen: T) => string,
  ): Promise<Made<T>>
}

const TIMEOUT_MS = 5_000

/** Runs checks one after the other; no failure of one stops the next, apart from the signal. */
export function createCheckRun(signal: AbortSignal, onResult: (result: CheckResult) => void, timeoutMs = TIMEOUT_MS): CheckRun {
  const results: CheckResult[] = []

  function report(group: string, name: string, ok: boolean, detail: string, startedMs: number): void {
    const result = { group, name, ok, detail, seconds: Math.round(performance.now() - startedMs) / 1000 }
    results.push(result)
    onResult(result)
  }

  async function check<T>(group: string, name: string, look: (signal: AbortSignal) => Promise<T>, judge: (seen: T) => string): Promise<Made<T>> {
    const startedMs = performance.now()
    let seen: T | undefined
    try {
      seen = await withTimeout(look, signal, timeoutMs)
      report(group, name, true, judge(seen), startedMs)
    } catch (error) {
      report(group, name, false, signal.aborted ? 'not checked: interrupted' : messageOf(error).replaceAll(/\s+/g, ' '), startedMs)
    }
    return { name, seen }
  }

  return {
    results, check,
    async checkWith(needed, group, name, look, judge) {
      const { seen } = needed
      if (seen !== undefined) return check(group, name, (own) => look(seen, own), judge)
      report(group, name, false, signal.aborted ? 'not checked: interrupted' : `not checked: ${needed.name} failed`, performance.now())
      return { name, seen: undefined }
    },
  }
}

/** Doesn't wait for one that goes on although its signal is aborted. */
async function withTimeout<T>(look: (signal: AbortSignal) => Promise<T>, signal: AbortSignal, timeoutMs: number): Promise<T> {
  signal.throwIfAborted()
  const own = linkAbort(signal)
  try {
    const answer = look(own.signal)
    const late = pause(timeoutMs, own.signal).then(() => { throw new Error(`no answer within ${timeoutMs / 1000} s`) })
    return await Promise.race([answer, late])
  } finally {
    own.abort(new Error(`no answer within ${timeoutMs / 1000} s`))
    own.release()
  }
}
