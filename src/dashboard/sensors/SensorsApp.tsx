import type { JSX } from 'preact'
import { Login } from '../parts/Login.tsx'
import { Banner } from '../sections/Banner.tsx'
import { Header } from '../sections/Header.tsx'
import { serviceNow, staleness } from '../state.ts'
import type { DashboardState } from '../state.ts'
import { useHash } from '../use-hash.ts'
import { mayNotRead, useSession } from '../use-session.ts'
import { SensorList } from './SensorList.tsx'
import { SensorView } from './SensorView.tsx'
import { parsePlace } from './place.ts'

/** The page of sensors: all of them, or one with its history. */
export function SensorsApp({ state, browserNow }: { state: DashboardState, browserNow: number }): JSX.Element {
  const place = parsePlace(useHash())
  const stale = staleness(state) !== null
  const access = useSession(stale)
  const now = serviceNow(state, browserNow)
  return (
    <>
      <Header page="sensors" state={state} access={access} now={now} />
      <Login access={access} />
      {!mayNotRead(access) && <Banner state={state} now={now} />}
      {access.form !== 'needed' && (
        <main class={stale ? 'stale' : ''}>
          {place.id === null
            ? <SensorList filter={place.filter} page={place.page} now={now} />
            : <SensorView key={place.id} id={place.id} span={place.span} access={access} now={now} />}
        </main>
      )}
      <footer class="page-foot">
        <a href="./docs">API documentation</a>
      </footer>
    </>
  )
}
