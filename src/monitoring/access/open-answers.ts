import type { ServerResponse } from 'node:http'

/** The answers that are under way: a stream is over when whoever reads it may no longer. */
export interface OpenAnswers {
  /** `allowed` is asked again and again until the answer has ended; when it says no, the connection is cut. */
  add(response: ServerResponse, allowed: () => Promise<boolean>): void
  /** Asks about all of them now. */
  recheck(): void
  close(): void
}

/** Twice that, the time for which an answer of the database counts, and a look at it are within the 30 s that are promised. */
const RECHECK_MS = 10_000

export function createOpenAnswers(onError: (error: unknown) => void, recheckMs = RECHECK_MS): OpenAnswers {
  const open = new Map<ServerResponse, () => Promise<boolean>>()

  function recheck(): void {
    for (const [response, allowed] of open) {
      allowed().then((yes) => { if (!yes) response.destroy() }, (error: unknown) => {
        // Whether it may go on is not known, so it doesn't.
        response.destroy()
        onError(error)
      })
    }
  }

  const timer = setInterval(recheck, recheckMs)
  return {
    add(response, allowed) {
      open.set(response, allowed)
      response.once('close', () => open.delete(response))
    },
    recheck,
    close: () => clearInterval(timer),
  }
}
