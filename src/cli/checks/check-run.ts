import { messageOf } from '../../runtime/errors.ts'
import { within } from '../within.ts'

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

/** For a check that needs two. */
export function both<A, B>(one: Made<A>, other: Made<B>): Made<readonly [A, B]> {
  if (one.seen === undefined) return { name: one.name, seen: undefined }
  return { name: other.name, seen: other.seen === undefined ? undefined : [one.seen, other.seen] }
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
      seen = await within(timeoutMs, signal, look)
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
