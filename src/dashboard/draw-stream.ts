import { followStream } from './http-to-screen.ts'
import type { DashboardState } from './state.ts'

/** Draws with each change of the stream, and once a second for ages and the clock. */
export function drawStream(draw: (state: DashboardState, browserNow: number) => void): void {
  let state: DashboardState | null = null
  let pending = false
  const drawNow = (): void => {
    pending = false
    if (state !== null) draw(state, Date.now())
  }
  followStream('./api/stream', (next) => {
    state = next
    // The sections of one moment come as several events: they are drawn once. Not by requestAnimationFrame, which rests in a hidden tab.
    if (!pending) setTimeout(drawNow, 0)
    pending = true
  })
  setInterval(drawNow, 1_000)
}
