/** Counts per second of the last minutes, by key (a partition, a consumer). Exact: each comes from a committed batch. */
export interface CommittedCounts {
  /** Seconds since 1970. Counts older than the window are ignored. */
  add(key: string, second: number, count: number): void
  /** Within [fromSecond, toSecond). */
  sum(key: string, fromSecond: number, toSecond: number): number
  /** A second, over the last 10 s. */
  rate(key: string, nowMs: number): number
  has(key: string): boolean
  /** Forgets keys without a count in the window. */
  prune(nowMs: number): void
}

export const WINDOW_S = 600
const RATE_WINDOW_S = 10
/** Some more than the window, so that the step that has just left it is still whole. */
const RING_S = WINDOW_S + 60

interface Ring {
  readonly counts: Float64Array
  /** Which second a slot holds. */
  readonly seconds: Float64Array
  newest: number
}

export function createCommittedCounts(): CommittedCounts {
  const rings = new Map<string, Ring>()

  function ringOf(key: string): Ring {
    let ring = rings.get(key)
    if (ring === undefined) rings.set(key, ring = { counts: new Float64Array(RING_S), seconds: new Float64Array(RING_S), newest: 0 })
    return ring
  }

  function sum(key: string, fromSecond: number, toSecond: number): number {
    const ring = rings.get(key)
    if (ring === undefined) return 0
    let total = 0
    for (let second = Math.max(fromSecond, toSecond - RING_S); second < toSecond; second++) {
      const slot = second % RING_S
      if (ring.seconds[slot] === second) total += ring.counts[slot] ?? 0
    }
    return total
  }

  return {
    add(key, second, count) {
      const ring = ringOf(key)
      const slot = second % RING_S
      const held = ring.seconds[slot] ?? 0
      if (second < held) return
      ring.counts[slot] = (second === held ? ring.counts[slot] ?? 0 : 0) + count
      ring.seconds[slot] = second
      ring.newest = Math.max(ring.newest, second)
    },
    sum,
    rate(key, nowMs) {
      const second = Math.floor(nowMs / 1000)
      // The second that is running counts as the part of it that is over.
      return sum(key, second - RATE_WINDOW_S, second + 1) / (RATE_WINDOW_S + (nowMs / 1000 - second))
    },
    has: (key) => rings.has(key),
    prune(nowMs) {
      for (const [key, ring] of rings) if (ring.newest < nowMs / 1000 - WINDOW_S) rings.delete(key)
    },
  }
}
