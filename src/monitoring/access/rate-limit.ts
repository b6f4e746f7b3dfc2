/** Somebody asks too often; Fastify answers 429. */
export class TooManyError extends Error {
  override readonly name = 'TooManyError'
  readonly statusCode = 429
  readonly retryAfterS: number

  constructor(retryAfterS: number) {
    super(`too many attempts; try again in ${retryAfterS} s`)
    this.retryAfterS = retryAfterS
  }
}

export interface RateLimitOptions {
  /** So many at once; then they come back one by one, over the window. */
  readonly most: number
  readonly windowMs: number
  readonly nowMs?: () => number
}

export interface RateLimit {
  /** Counts one of this key. Throws a `TooManyError` when there were too many. */
  take(key: string): void
  /** Whether the next one would be refused: throws as `take` does, and counts nothing. */
  check(key: string): void
  /** Forgets what this key has taken. */
  forgive(key: string): void
}

/** Of each limit. Who comes with more addresses than that pushes out the oldest, which costs nobody else anything. */
const MOST_KEYS = 10_000

/** A bucket for each key, in memory: a restart forgives, and each process counts by itself. */
export function createRateLimit({ most, windowMs, nowMs = () => performance.now() }: RateLimitOptions): RateLimit {
  const perMs = most / windowMs
  const buckets = new Map<string, { taken: number, atMs: number }>()

  function takenOf(key: string): number {
    const bucket = buckets.get(key)
    return bucket === undefined ? 0 : Math.max(0, bucket.taken - (nowMs() - bucket.atMs) * perMs)
  }

  function check(key: string): void {
    const over = takenOf(key) + 1 - most
    if (over > 0) throw new TooManyError(Math.ceil(over / perMs / 1000))
  }

  return {
    check,
    take(key) {
      check(key)
      const taken = takenOf(key) + 1
      // Behind the others, so that the first one is the oldest.
      buckets.delete(key)
      buckets.set(key, { taken, atMs: nowMs() })
      const [oldest] = buckets.keys()
      if (buckets.size > MOST_KEYS && oldest !== undefined) buckets.delete(oldest)
    },
    forgive: (key) => void buckets.delete(key),
  }
}
