import type { StreamData, StreamHeartbeat, StreamSection } from '../contract/stream.ts'
import { initialState, withConnectionLost, withHeartbeat, withSection } from './state.ts'
import type { DashboardState } from './state.ts'

/** The service says something every 3 s at least, also when nothing changes. */
const SILENCE_LIMIT_MS = 5_000
const RETRY_AFTER_MS = 1_000
const WATCH_EVERY_MS = 500

const SECTIONS: Readonly<Record<StreamSection, true>> = {
  health: true, status: true, consumers: true, producers: true, partitions: true, metrics: true, alerts: true, alarms: true, rebalances: true,
  ledger: true,
}

/**
 * Follows the service's events for as long as the page is open and calls `show` with the new state after each.
 * A connection that fails, or that is silent for more than 5 s although it is open, is lost: it is closed and opened again
 * every second. EventSource would do part of that itself, but gives up for ever on an answer like 503, and never notices silence.
 */
export function followStream(url: string, show: (state: DashboardState) => void): void {
  let state = initialState(Date.now())
  let source: EventSource | null = null
  let lastEventAt = Date.now()
  let retryTimer: ReturnType<typeof setTimeout> | undefined

  const change = (next: DashboardState): void => {
    if (next === state) return
    state = next
    show(state)
  }
  const heard = (next: (browserNow: number) => DashboardState): void => {
    lastEventAt = Date.now()
    change(next(lastEventAt))
  }
  const lose = (): void => {
    source?.close()
    source = null
    change(withConnectionLost(state, Date.now()))
    clearTimeout(retryTimer)
    retryTimer = setTimeout(open, RETRY_AFTER_MS)
  }
  const open = (): void => {
    clearTimeout(retryTimer)
    source?.close()
    lastEventAt = Date.now()
    source = new EventSource(url)
    source.addEventListener('error', lose)
    source.addEventListener('heartbeat', (event) => {
      heard((now) => withHeartbeat(state, JSON.parse(event.data as string) as StreamHeartbeat, now))
    })
    for (const section of Object.keys(SECTIONS) as StreamSection[]) {
      source.addEventListener(section, (event) => {
        heard((now) => withSection(state, section, JSON.parse(event.data as string) as StreamData[typeof section], now))
      })
    }
  }

  setInterval(() => {
    if (source !== null && Date.now() - lastEventAt > SILENCE_LIMIT_MS) lose()
  }, WATCH_EVERY_MS)
  // Back from sleep, or from no network: don't wait for the timers.
  addEventListener('online', open)
  open()
  show(state)
}
