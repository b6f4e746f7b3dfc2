/** A controller that is aborted with its parent, and by itself. `release` when it is done with, or the parent keeps it. */
export interface LinkedAbort {
  readonly signal: AbortSignal
  abort(reason?: unknown): void
  release(): void
}

/** For waits that are made many times a second under one long-lived signal: each takes its listener off again when it is over. */
export function linkAbort(parent: AbortSignal): LinkedAbort {
  const controller = new AbortController()
  const onParent = (): void => { controller.abort(parent.reason) }
  if (parent.aborted) onParent()
  else parent.addEventListener('abort', onParent, { once: true })
  return {
    signal: controller.signal,
    abort: (reason) => { controller.abort(reason) },
    release: () => { parent.removeEventListener('abort', onParent) },
  }
}

/** Waits, until the signal is aborted at the latest; never rejects. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const end = (): void => { resolve() }
  const timer = setTimeout(end, ms)
  signal.addEventListener('abort', end, { once: true })
  await promise
  clearTimeout(timer)
  signal.removeEventListener('abort', end)
}
