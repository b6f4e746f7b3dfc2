import type { JSX } from 'preact'
import { Mark } from '../parts/Mark.tsx'
import { PageHead } from '../parts/PageHead.tsx'
import type { PageName } from '../parts/PageHead.tsx'
import type { DashboardState } from '../state.ts'
import { mayNotRead } from '../use-session.ts'
import type { Access } from '../use-session.ts'

interface HeaderProps {
  readonly page: PageName
  readonly state: DashboardState
  readonly access: Access
  readonly now: number
}

/** The head of a page that follows the stream, with the state of the connection. `now` always runs, also while the figures are old. */
export function Header({ page, state, access, now }: HeaderProps): JSX.Element {
  const { phase } = state.connection
  return (
    <PageHead page={page} now={now} access={access}>
      {mayNotRead(access) ? <p class="connection">Not logged in</p> : <p class={`connection connection-${phase}`}>
        <Mark kind={phase === 'live' ? 'normal' : phase === 'lost' ? 'critical' : 'unknown'} />
        {phase === 'live' ? 'Live' : phase === 'lost' ? 'Connection lost' : 'Connecting'}
      </p>}
    </PageHead>
  )
}
