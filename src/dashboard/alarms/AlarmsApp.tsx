import type { JSX } from 'preact'
import { Login } from '../parts/Login.tsx'
import { Alarms } from '../sections/Alarms.tsx'
import { Banner } from '../sections/Banner.tsx'
import { Header } from '../sections/Header.tsx'
import { serviceNow, shownNow, staleness } from '../state.ts'
import type { DashboardState } from '../state.ts'
import { mayNotRead, useSession } from '../use-session.ts'
import { TABS, formatPlace } from './place.ts'
import { Calendar } from './tabs/Calendar.tsx'
import { History } from './tabs/History.tsx'
import { Scorecard } from './tabs/Scorecard.tsx'
import { Settings } from './tabs/Settings.tsx'
import { usePlace } from './use-place.ts'

/** The page of alarms: the open ones, those of before, how well they serve, and what they are raised by. */
export function AlarmsApp({ state, browserNow }: { state: DashboardState, browserNow: number }): JSX.Element {
  const place = usePlace()
  const stale = staleness(state) !== null
  const access = useSession(stale)
  const now = serviceNow(state, browserNow)
  return (
    <>
      <Header page="alarms" state={state} access={access} now={now} />
      <Login access={access} />
      {!mayNotRead(access) && <Banner state={state} now={now} />}
      {access.form !== 'needed' && (
        <main class={stale ? 'stale' : ''}>
          <nav class="tabs" aria-label="Parts of this page">
            {TABS.map(([name, text]) => <a key={name} href={formatPlace(name)} aria-current={name === place.tab ? 'true' : undefined}>{text}</a>)}
          </nav>
          {place.tab === 'open' && <Alarms section={state.sections.alarms} access={access} now={shownNow(state, browserNow)} />}
          {place.tab === 'history' && <History given={place.given} access={access} now={now} />}
          {place.tab === 'scorecard' && <Scorecard now={now} />}
          {place.tab === 'calendar' && <Calendar section={state.sections.alarms} access={access} now={now} />}
          {place.tab === 'settings' && <Settings given={place.given} access={access} now={now} />}
        </main>
      )}
      <footer class="page-foot">
        <a href="./docs">API documentation</a>
      </footer>
    </>
  )
}
