import { setTimeout as sleep } from 'node:timers/promises'

export interface PollerOptions {
  /** Reads everything once. Resolves to null, or to the reason why the source can't be read. Throws only what nobody expected. */
  readonly round: () => Promise<string | null>
  /** Whether somebody watches all the time, so that rounds follow each other closely. */
  readonly watched: () => boolean
  /** For all viewers together; from one round to the next while somebody watches, else as many in any second. */
  readonly roundsPerSecond: number
  /** While nobody watches. */
  readonly idleMs: number
  /** While the source can't be read. */
  readonly retryMs: number
  /** A caller waits no longer than this. */
  readonly timeoutMs: number
}

/** The source can't be read; the message says why, in words that may be shown. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError'
}

export interface Poller {
  /**
   * Resolves when a round that began after the call is over, so that its caller sees everything that was written before. Many
   * callers share a round. Rejects with an `UnavailableError` when that fails; at once when the source is known to be down.
   */
  fresh(): Promise<void>
  /** Begins the next round as early as the spacing allows. */
  wake(): void
  close(): Promise<void>
  /** Rejects when a round threw. */
  readonly failed: Promise<never>
}

export function startPoller(options: PollerOptions): Poller {
  const { round, watched, roundsPerSecond, idleMs, retryMs, timeoutMs } = options
  type Waiter = PromiseWithResolvers<void>
  let waiting: Waiter[] = []
  let down: string | null = null
  let woken = false
  let wakeUp = new AbortController()
  let stopped = false
  const failure = Promise.withResolvers<never>()
  failure.promise.catch(() => {})

  function wake(): void {
    woken = true
    wakeUp.abort()
  }

  /** `begun` are the begins of the latest rounds, as many as a second may have. */
  async function untilDue(begun: readonly number[]): Promise<void> {
    const lastMs = begun.at(-1) ?? -Infinity
    const allowedMs = begun.length < roundsPerSecond ? -Infinity : (begun[0] ?? 0) + 1_000
    for (;;) {
      if (stopped) return
      const urgent = woken || waiting.length > 0
      // A watcher sees every change equally soon; a caller that comes alone is served at once.
      const dueMs = Math.max(allowedMs, lastMs + (down !== null ? retryMs : watched() ? 1_000 / roundsPerSecond : urgent ? 0 : idleMs))
      const waitMs = dueMs - performance.now()
      if (!(waitMs > 0)) return
      wakeUp = new AbortController()
      await sleep(waitMs, undefined, { signal: wakeUp.signal }).catch(() => {})
    }
  }

  async function run(): Promise<void> {
    const begun: number[] = []
    for (;;) {
      await untilDue(begun)
      if (stopped) return
      begun.push(performance.now())
      if (begun.length > roundsPerSecond) begun.shift()
      woken = false
      const served = waiting
      waiting = []
      down = await round()
      if (down === null) {
        for (const waiter of served) waiter.resolve()
        continue
      }
      // Who came during the round would only wait for the same failure once more.
      const error = new UnavailableError(down)
      for (const waiter of [...served, ...waiting]) waiter.reject(error)
      waiting = []
    }
  }

  function rejectAll(reason: string): void {
    for (const waiter of waiting) waiter.reject(new UnavailableError(reason))
    waiting = []
  }

  const running = run().catch((error: unknown) => {
    stopped = true
    down = 'the service has failed'
    rejectAll(down)
    failure.reject(error)
  })

  return {
    async fresh() {
      if (down !== null) throw new UnavailableError(down)
      if (stopped) throw new UnavailableError('the service is stopping')
      const waiter = Promise.withResolvers<void>()
      waiting.push(waiter)
      wake()
      const timer = setTimeout(() => waiter.reject(new UnavailableError(`no answer within ${timeoutMs} ms`)), timeoutMs)
      try {
        await waiter.promise
      } finally {
        clearTimeout(timer)
      }
    },
    wake,
    async close() {
      stopped = true
      wake()
      await running
      rejectAll('the service is stopping')
    },
    failed: failure.promise,
  }
}
