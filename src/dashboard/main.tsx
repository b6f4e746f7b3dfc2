import { render } from 'preact'
import { App } from './App.tsx'
import { assess } from './assessment.ts'
import { followStream } from './http-to-screen.ts'
import { showInTab } from './tab.ts'
import { serviceNow } from './state.ts'
import type { DashboardState } from './state.ts'
import { takeTokenFromAddress } from './use-demo.ts'

const page = document.querySelector('#page') as HTMLElement
const demoToken = takeTokenFromAddress()
let state: DashboardState | null = null
let pending = false

function draw(): void {
  pending = false
  if (state === null) return
  const browserNow = Date.now()
  render(<App state={state} browserNow={browserNow} demoToken={demoToken} />, page)
  showInTab(assess(state, serviceNow(state, browserNow)))
}

followStream('./api/stream', (next) => {
  state = next
  // The sections of one moment come as several events: they are drawn once. Not by requestAnimationFrame, which rests in a hidden tab.
  if (!pending) setTimeout(draw, 0)
  pending = true
})
// Ages and the clock.
setInterval(draw, 1_000)
