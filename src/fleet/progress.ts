import { createLatencyHistogram } from './latency-histogram.ts'

export interface ProgressCounts {
  readonly made: number
  readonly acknowledged: number
  readonly waiting: number
  readonly dropped: number
  readonly skipped: number
  /** Where a backfill is, milliseconds since 1970; null in a live run. */
  readonly timeMs: number | null
}

export interface Progress {
  addLatency(latencyMs: number, count: number): void
  /** What happened since the line before. */
  line(counts: ProgressCounts): string
  /** What happened since the start. */
  summary(counts: ProgressCounts): string
}

/** Lines for a person. `nowMs` is a clock that never goes back. */
export function createProgress(nowMs: () => number = () => performance.now()): Progress {
  const startMs = nowMs()
  const recent = createLatencyHistogram()
  const all = createLatencyHistogram()
  let lastMs = startMs
  let lastAcknowledged = 0

  return {
    addLatency(latencyMs, count) {
      recent.add(latencyMs, count)
      all.add(latencyMs, count)
    },
    line(counts) {
      const now = nowMs()
      const rate = (counts.acknowledged - lastAcknowledged) / (now - lastMs) * 1000
      const text = lineOf(now - startMs, counts, rate, recent.percentile(99))
      lastMs = now
      lastAcknowledged = counts.acknowledged
      recent.clear()
      return text
    },
    summary(counts) {
      const passedMs = nowMs() - startMs
      return `all: ${lineOf(passedMs, counts, counts.acknowledged / passedMs * 1000, all.percentile(99))}`
    },
  }
}

function lineOf(passedMs: number, counts: ProgressCounts, ratePerS: number, p99Ms: number | null): string {
  const { made, acknowledged, waiting, dropped, skipped, timeMs } = counts
  return [
    `${(passedMs / 1000).toFixed(1)} s`, ...timeMs === null ? [] : [`at ${new Date(timeMs).toISOString().slice(0, 16)}Z`], `sent ${whole(made)}`,
    `acknowledged ${whole(acknowledged)}`, `${whole(ratePerS)}/s`, `p99 ${p99Ms === null ? '-' : `${p99Ms} ms`}`, `waiting ${whole(waiting)}`,
    ...dropped === 0 ? [] : [`dropped ${whole(dropped)}`], ...skipped === 0 ? [] : [`skipped ${whole(skipped)}`],
  ].join('  ')
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}
