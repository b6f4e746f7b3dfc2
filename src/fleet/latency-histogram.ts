export interface LatencyHistogram {
  add(latencyMs: number, count: number): void
  /** The latency, ms, that so many of a hundred stayed below; null when nothing was added. */
  percentile(percent: number): number | null
  clear(): void
}

/** Whole milliseconds; what took longer counts as this. */
const MAX_MS = 60_000

export function createLatencyHistogram(): LatencyHistogram {
  const counts = new Float64Array(MAX_MS + 1)
  let total = 0
  return {
    add(latencyMs, count) {
      const index = Math.min(MAX_MS, Math.ceil(latencyMs))
      counts[index] = (counts[index] as number) + count
      total += count
    },
    percentile(percent) {
      if (total === 0) return null
      let left = total * percent / 100
      for (const [index, count] of counts.entries()) {
        left -= count
        if (left <= 0) return index
      }
      return MAX_MS
    },
    clear() {
      counts.fill(0)
      total = 0
    },
  }
}
