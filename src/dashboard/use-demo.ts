import { useState } from 'preact/hooks'
import type { Demo } from '../contract/demo-api.ts'
import { usePolled } from './kafka/use-polled.ts'
import { post } from './session-requests.ts'

/** The demonstration as the page sees it, and what can be done with it. */
export interface DemoControl {
  /** Undefined until the first answer. */
  readonly demo: Demo | undefined
  /** Why there is no newer answer, or what was done in vain last. */
  readonly problem: string | null
  /** The service about which an answer is awaited. */
  readonly busy: string | null
  /** That it may is in the next answer. Rejects with an error whose message can be shown. */
  exchange(token: string): Promise<void>
  act(service: string, command: 'kill' | 'revive'): void
}

const EVERY_MS = 1_000
const IN_ADDRESS = /^#demo=([\w-]+)$/

/** The token of a link that `make all DEMO=1` printed; taken out of the address at once, so that it is neither kept nor passed on with it. */
export function takeTokenFromAddress(): string | null {
  const token = IN_ADDRESS.exec(location.hash)?.[1] ?? null
  if (token !== null) history.replaceState(null, '', location.pathname + location.search)
  return token
}

export function useDemo(): DemoControl {
  const polled = usePolled<Demo>('./api/demo', EVERY_MS)
  /** What a request answered, until what is polled is newer. */
  const [answered, setAnswered] = useState<{ readonly demo: Demo, readonly at: number } | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState<string | null>(null)
  const newest = answered !== null && answered.at > (polled.at ?? 0) ? answered.demo : polled.data

  async function send(service: string, command: 'kill' | 'revive'): Promise<void> {
    setProblem(null)
    setBusy(service)
    try {
      const demo = await post<Demo>(`./api/demo/services/${service}/${command}`)
      setAnswered({ demo, at: Date.now() })
    } catch (error) {
      setProblem((error as Error).message)
    } finally {
      setBusy(null)
    }
  }

  return {
    demo: newest,
    problem: problem ?? polled.error,
    busy,
    exchange: (token) => post('./api/demo/session', { token }),
    act: (service, command) => void send(service, command),
  }
}
