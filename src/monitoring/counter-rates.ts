/** Rates of counters that programs write of themselves, such as `total_messages_sent`. */
export interface CounterRates {
  /** A counter as it was at a time. One that fell began anew. Milliseconds since 1970. */
  observe(id: string, timeMs: number, total: number): void
  /** A second, over the last 10 to 20 s; null where too little was observed. */
  perSecond(id: string): number | null
  /** A minute, over the last 10 minutes or what was observed of them; null where that is less than a minute. */
  perMinute(id: string, nowMs: number): number | null
  /** Forgets all counters but these. */
  keep(ids: ReadonlySet<string>): void
}

interface Sample {
  readonly timeMs: number
  /** Rises always, whatever the program's counter does. */
  readonly sum: number
}

interface Counter {
  /** At least SPACING_MS apart, oldest first. */
  readonly samples: Sample[]
  latest: Sample
  total: number
}

const WINDOW_MS = 600_000
/** 60 samples a counter: 10,000 producers take some 20 MB. */
const SPACING_MS = 10_000
const MIN_RATE_WINDOW_MS = 1_500
const MIN_MEAN_WINDOW_MS = 60_000

export function createCounterRates(): CounterRates {
  const counters = new Map<string, Counter>()

  return {
    observe(id, timeMs, total) {
      const counter = counters.get(id)
      if (counter === undefined) {
        const first = { timeMs, sum: 0 }
        counters.set(id, { samples: [first], latest: first, total })
        return
      }
      if (timeMs <= counter.latest.timeMs) return
      const gained = total >= counter.total ? total - counter.total : total
      counter.total = total
      counter.latest = { timeMs, sum: counter.latest.sum + gained }
      const newest = counter.samples.at(-1)
      if (newest === undefined || timeMs - newest.timeMs >= SPACING_MS) counter.samples.push(counter.latest)
      while (counter.samples.length > 1 && (counter.samples[1] as Sample).timeMs <= timeMs - WINDOW_MS) counter.samples.shift()
    },
    perSecond(id) {
      const counter = counters.get(id)
      if (counter === undefined) return null
      const { samples, latest } = counter
      const start = samples.findLast((sample) => latest.timeMs - sample.timeMs >= SPACING_MS) ?? samples[0]
      if (start === undefined || latest.timeMs - start.timeMs < MIN_RATE_WINDOW_MS) return null
      return (latest.sum - start.sum) * 1000 / (latest.timeMs - start.timeMs)
    },
    perMinute(id, nowMs) {
      const counter = counters.get(id)
      if (counter === undefined) return null
      const start = counter.samples.find((sample) => sample.timeMs >= nowMs - WINDOW_MS)
      // Nothing was heard of it in all the window.
      if (start === undefined) return 0
      if (nowMs - start.timeMs < MIN_MEAN_WINDOW_MS) return null
      return (counter.latest.sum - start.sum) * 60_000 / (nowMs - start.timeMs)
    },
    keep(ids) {
      for (const id of counters.keys()) if (!ids.has(id)) counters.delete(id)
    },
  }
}
