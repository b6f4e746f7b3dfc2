import { linkAbort, pause } from '../runtime/abort.ts'

/** The work took too long. */
export class LateError extends Error {}

/** Doesn't wait for work that goes on although its signal is aborted. Rejects with a `LateError`, the work's error, or the signal's reason. */
export async function within<T>(timeoutMs: number, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const own = linkAbort(signal)
  const late = new LateError(`no answer within ${timeoutMs / 1000} s`)
  try {
    return await Promise.race([work(own.signal), pause(timeoutMs, own.signal).then(() => { throw late })])
  } finally {
    own.abort(late)
    own.release()
  }
}
