import { useEffect, useState } from 'preact/hooks'
import { NO_ANSWER, ask } from './ask.ts'

export interface Polled<T> {
  /** The last answer; undefined until there is one. */
  readonly data: T | undefined
  /** When it came, milliseconds since 1970 by the browser. */
  readonly at: number | null
  /** Why there is no newer one. */
  readonly error: string | null
}

const nothing = (): string => ''

/**
 * Asks a path again and again, and keeps the last answer while it fails. A tab that nobody looks at asks nothing. `more`: what the path ends with,
 * which may be another each time; begins anew with another function.
 */
export function usePolled<T>(path: string, everyMs: number, more: () => string = nothing): Polled<T> {
  const [polled, setPolled] = useState<Polled<T>>({ data: undefined, at: null, error: null })
  useEffect(() => {
    const gone = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    let asking = false
    const askOnce = async (): Promise<void> => {
      if (asking || document.hidden) return
      clearTimeout(timer)
      asking = true
      try {
        const data = await ask<T>(path + more(), gone.signal)
        setPolled({ data, at: Date.now(), error: null })
      } catch (error) {
        if (gone.signal.aborted) return
        setPolled((last) => ({ ...last, error: error instanceof Error ? error.message : NO_ANSWER }))
      } finally {
        asking = false
      }
      timer = setTimeout(() => void askOnce(), everyMs)
    }
    const onShown = (): void => void askOnce()
    document.addEventListener('visibilitychange', onShown)
    void askOnce()
    return () => {
      gone.abort()
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', onShown)
    }
  }, [path, everyMs, more])
  return polled
}
