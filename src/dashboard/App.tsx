import type { JSX } from 'preact'
import { Alarms } from './sections/Alarms.tsx'
import { Alerts } from './sections/Alerts.tsx'
import { Banner } from './sections/Banner.tsx'
import { Consumers } from './sections/Consumers.tsx'
import { Demonstration } from './sections/Demonstration.tsx'
import { Header } from './sections/Header.tsx'
import { Ledger } from './sections/Ledger.tsx'
import { Partitions } from './sections/Partitions.tsx'
import { Producers } from './sections/Producers.tsx'
import { Rebalances } from './sections/Rebalances.tsx'
import { SystemStatus } from './sections/SystemStatus.tsx'
import { Throughput } from './sections/Throughput.tsx'
import { Login } from './parts/Login.tsx'
import { serviceNow, shownNow, staleness } from './state.ts'
import type { DashboardState } from './state.ts'
import { mayNotRead, useSession } from './use-session.ts'

/** The page, in the order of a look at it: is all well, what waits for somebody, did we lose anything, and then along the path of a reading. */
export function App({ state, browserNow, demoToken }: { state: DashboardState, browserNow: number, demoToken: string | null }): JSX.Element {
  const { producers, consumers, metrics, rebalances, alerts, alarms, ledger } = state.sections
  const now = shownNow(state, browserNow)
  const stale = staleness(state) !== null
  const access = useSession(stale)
  return (
    <>
      <Header page="plant" state={state} access={access} now={serviceNow(state, browserNow)} />
      <Login access={access} />
      {!mayNotRead(access) && <Banner state={state} now={serviceNow(state, browserNow)} />}
      {access.form !== 'needed' && <main class={stale ? 'stale' : ''}>
        <SystemStatus state={state} now={stale ? serviceNow(state, browserNow) : now} />
        <Alarms section={alarms} access={access} now={now} />
        <Ledger ledger={ledger} stale={stale} now={now} />
        {access.session?.demo === true && <Demonstration token={demoToken} />}
        <div class="path">
          <Producers producers={producers} now={now} />
          <Partitions state={state} now={now} />
          <Consumers consumers={consumers} colours={state.colours} now={now} />
        </div>
        <div class="history">
          <Throughput metrics={metrics} sending={anyActive(producers)} storing={anyActive(consumers)} />
          <Alerts alerts={alerts} now={now} />
          <Rebalances events={rebalances} colours={state.colours} now={now} />
        </div>
      </main>}
      <footer class="page-foot">
        <a href="./docs">API documentation</a>
      </footer>
    </>
  )
}

function anyActive(components: readonly { readonly status: string }[] | undefined): boolean {
  return components?.some(({ status }) => status === 'active') ?? false
}
