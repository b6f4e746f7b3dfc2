/**
 * One reading for all who ask at the same time, and for those who ask within `maxAgeMs` after it: fifty viewers cost as much as one.
 * A failure is for those who waited for it; the next caller begins anew, but not before what was begun has ended.
 */
export function shareRead<T>(read: () => Promise<T>, maxAgeMs: number, now: () => number = () => performance.now()): () => Promise<T> {
  let running: Promise<T> | null = null
  let last: { readonly value: T, readonly atMs: number } | null = null

  async function begin(): Promise<T> {
    try {
      const value = await read()
      last = { value, atMs: now() }
      return value
    } finally {
      running = null
    }
  }

  return async () => {
    if (last !== null && now() - last.atMs < maxAgeMs) return last.value
    return running ??= begin()
  }
}
