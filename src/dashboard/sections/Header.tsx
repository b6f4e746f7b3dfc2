import type { JSX } from 'preact'
import { formatTime, formatUtc, zoneName } from '../format.ts'
import { Mark } from '../parts/Mark.tsx'
import type { DashboardState } from '../state.ts'

/** The name of the plant's system, the clock and the state of the connection. `now` always runs, also while the figures are old. */
export function Header({ state, now }: { state: DashboardState, now: number }): JSX.Element {
  const { phase } = state.connection
  return (
    <header class="page-head">
      <h1>Factory Monitoring</h1>
      <p class={`connection connection-${phase}`}>
        <Mark kind={phase === 'live' ? 'normal' : phase === 'lost' ? 'critical' : 'unknown'} />
        {phase === 'live' ? 'Live' : phase === 'lost' ? 'Connection lost' : 'Connecting'}
      </p>
      <p class="clock" title={formatUtc(now)}>{formatTime(now, now)} <span class="zone">{zoneName(now)}</span></p>
    </header>
  )
}
