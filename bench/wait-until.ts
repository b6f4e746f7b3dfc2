import { setTimeout as sleep } from 'node:timers/promises'

const DEADLINE_MS = 60_000
const POLL_MS = 100

/** Rejects after a minute. */
export async function waitUntil(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + DEADLINE_MS
  while (!await condition()) {
    if (performance.now() > deadlineMs) throw new Error(`not within ${DEADLINE_MS / 1000} s: ${what}`)
    await sleep(POLL_MS)
  }
}
