/** When a part of the database is read again: the more it costs, the less often. */
export interface ReadPace {
  due(): boolean
  /** Runs one reading and takes its time. */
  timed<T>(read: () => Promise<T>): Promise<T>
}

/** One that needs 20 ms is read once a second at most. */
const SHARE = 0.02

export function createReadPace(spacingMs: number, now: () => number = () => performance.now()): ReadPace {
  let dueMs = -Infinity
  return {
    due: () => now() >= dueMs,
    async timed(read) {
      const begunMs = now()
      const result = await read()
      dueMs = begunMs + Math.max(spacingMs, (now() - begunMs) / SHARE)
      return result
    },
  }
}
