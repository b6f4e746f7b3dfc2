import { setTimeout as sleep } from 'node:timers/promises'
import type { Disposition } from './errors.ts'

export interface RetryOptions {
  readonly classify: (error: unknown) => Disposition
  /** Called before each wait, for the log. */
  readonly onRetry?: (error: unknown, attempt: number, waitMs: number) => void
  readonly signal?: AbortSignal
  readonly firstWaitMs?: number
  readonly maxWaitMs?: number
}

/**
 * Repeats an operation for as long as its failure is classified `retry`, with a growing wait and some jitter, so that services
 * that fail together don't come back together. Any other failure is thrown as it is; an aborted signal throws its reason.
 */
export async function withRetry<T>(operation: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { firstWaitMs = 100, maxWaitMs = 2000 } = options
  for (let attempt = 1; ; attempt++) {
    options.signal?.throwIfAborted()
    try {
      return await operation()
    } catch (error) {
      if (options.classify(error) !== 'retry') throw error
      const waitMs = Math.min(maxWaitMs, firstWaitMs * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2)
      options.onRetry?.(error, attempt, waitMs)
      // When the signal aborts the sleep, the next round throws its reason.
      await sleep(waitMs, undefined, options.signal === undefined ? {} : { signal: options.signal }).catch(() => undefined)
    }
  }
}
