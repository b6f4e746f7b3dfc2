import { setTimeout as sleep } from 'node:timers/promises'

/** Looks again until it is good; the last look, good or not. */
export async function eventually<T>(look: () => T | Promise<T>, good: (found: T) => boolean, withinMs: number): Promise<T> {
  const deadlineMs = performance.now() + withinMs
  for (;;) {
    const found = await look()
    if (good(found) || performance.now() > deadlineMs) return found
    await sleep(100)
  }
}
