import type { JSX } from 'preact'
import { Mark } from '../parts/Mark.tsx'
import { Since, Time } from '../parts/Time.tsx'
import { staleness } from '../state.ts'
import type { DashboardState } from '../state.ts'

/** What stands above everything while the figures below can't be trusted to be current. `now` always runs. */
export function Banner({ state, now }: { state: DashboardState, now: number }): JSX.Element {
  return <div class="banner-place" role="status" aria-live="polite">{contentOf(state, now)}</div>
}

function contentOf(state: DashboardState, now: number): JSX.Element | null {
  const stale = staleness(state)
  if (stale !== 'connection lost' && stale !== 'database down') return null
  const { health } = state.sections
  const [title, what, since] = stale === 'connection lost'
    ? ['Connection lost, retrying.', 'No connection', state.connection.since] as const
    : ['Figures are on hold.', 'The database does not answer', health === undefined ? now : Date.parse(health.since)] as const
  return (
    <div class="banner">
      <Mark kind="critical" />
      <p>
        <strong>{title}</strong> {what} <Since at={since} now={now} />.{' '}
        {state.dataAt === null ? 'There are no figures yet.' : <>The figures below are those of <Time at={state.dataAt} now={now} />.</>}
      </p>
    </div>
  )
}
