import type { JSX } from 'preact'
import { Mark } from '../parts/Mark.tsx'
import { PageHead } from '../parts/PageHead.tsx'
import type { DashboardState } from '../state.ts'
import { mayNotRead } from '../use-session.ts'
import type { Access } from '../use-session.ts'

/** The head of the page with the state of the connection. `now` always runs, also while the figures are old. */
export function Header({ state, access, now }: { state: DashboardState, access: Access, now: number }): JSX.Element {
  const { phase } = state.connection
  return (
    <PageHead page="plant" now={now} access={access}>
      {mayNotRead(access) ? <p class="connection">Not logged in</p> : <p class={`connection connection-${phase}`}>
        <Mark kind={phase === 'live' ? 'normal' : phase === 'lost' ? 'critical' : 'unknown'} />
        {phase === 'live' ? 'Live' : phase === 'lost' ? 'Connection lost' : 'Connecting'}
      </p>}
    </PageHead>
  )
}
