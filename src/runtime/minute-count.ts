export interface MinuteCount {
  add(count: number): void
  /** What was added within the last minute, give or take a second. */
  total(): number
}

const SECONDS = 60

/** Counts over a sliding minute, in sixty numbers. `nowMs` is a clock that never goes back. */
export function createMinuteCount(nowMs: () => number = () => performance.now()): MinuteCount {
  const counts = new Float64Array(SECONDS)
  let newest = Math.floor(nowMs() / 1000)

  function moveToNow(): number {
    const second = Math.floor(nowMs() / 1000)
    for (let passed = Math.max(newest + 1, second - SECONDS + 1); passed <= second; passed++) counts[passed % SECONDS] = 0
    newest = Math.max(newest, second)
    return newest % SECONDS
  }

  return {
    add(count) {
      const index = moveToNow()
      counts[index] = (counts[index] as number) + count
    },
    total() {
      moveToNow()
      return counts.reduce((sum, count) => sum + count, 0)
    },
  }
}
