import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { KafkaCluster, KafkaDeadLetters, KafkaGroups, KafkaTopic } from '../../contract/kafka-api.ts'
import { Login } from '../parts/Login.tsx'
import { Mark } from '../parts/Mark.tsx'
import { PageHead } from '../parts/PageHead.tsx'
import { Time } from '../parts/Time.tsx'
import { mayNotRead, useSession } from '../use-session.ts'
import { NOWHERE } from './location.ts'
import type { Location } from './location.ts'
import { Brokers } from './sections/Brokers.tsx'
import { ClusterStatus } from './sections/ClusterStatus.tsx'
import { DeadLetters } from './sections/DeadLetters.tsx'
import { Groups } from './sections/Groups.tsx'
import { Messages } from './sections/Messages.tsx'
import { Topics } from './sections/Topics.tsx'
import { showClusterInTab } from './tab.ts'
import { useLocation } from './use-location.ts'
import { usePolled } from './use-polled.ts'

const FIGURES_EVERY_MS = 2_000
const DEAD_LETTERS_EVERY_MS = 5_000

/** The page in the order of a look at it: is all well, then what there is, then what is in it. */
export function KafkaApp(): JSX.Element {
  const [place, go] = useLocation()
  const now = useNow()
  const cluster = usePolled<KafkaCluster>('./api/kafka/cluster', FIGURES_EVERY_MS)
  const topics = usePolled<KafkaTopic[]>('./api/kafka/topics', FIGURES_EVERY_MS)
  const groups = usePolled<KafkaGroups>('./api/kafka/groups', FIGURES_EVERY_MS)
  const deadLetters = usePolled<KafkaDeadLetters>('./api/kafka/dead-letters', DEAD_LETTERS_EVERY_MS)
  const trouble = cluster.error ?? topics.error ?? groups.error
  const access = useSession(trouble !== null)
  useEffect(() => showClusterInTab(cluster.data, trouble), [cluster.data, trouble])

  const browse = (next: Partial<Location>): void => {
    go({ ...NOWHERE, ...next })
    document.querySelector('#messages')?.scrollIntoView()
  }
  return (
    <>
      <PageHead page="kafka" now={now} access={access}>
        {mayNotRead(access) ? <p class="connection">Not logged in</p> : <p class={`connection ${trouble === null ? '' : 'connection-lost'}`}>
          <Mark kind={trouble !== null ? 'critical' : cluster.data === undefined ? 'unknown' : 'normal'} />
          {trouble !== null ? 'No answer' : cluster.data === undefined ? 'Connecting' : 'Live'}
        </p>}
      </PageHead>
      <Login access={access} />
      <div class="banner-place" role="status" aria-live="polite">
        {trouble !== null && !mayNotRead(access) && (
          <div class="banner">
            <Mark kind="critical" />
            <p>
              <strong>{trouble}</strong>{' '}
              {cluster.at === null ? 'There are no figures yet.' : <>The figures below are those of <Time at={cluster.at} now={now} />.</>}
            </p>
          </div>
        )}
      </div>
      {access.form !== 'needed' && <main class={`kafka ${trouble === null ? '' : 'stale'}`}>
        <ClusterStatus cluster={cluster.data} topics={topics.data} groups={groups.data} stale={trouble !== null} />
        <div class="kafka-parts">
          <Brokers cluster={cluster.data} now={now} />
          <Groups groups={groups.data} />
        </div>
        <Topics topics={topics.data} browse={browse} />
        <DeadLetters polled={deadLetters} now={now} browse={browse} access={access} />
        <Messages place={place} topics={topics.data} go={go} now={now} mayReplay={access.session?.may.administer === true} />
      </main>}
      <footer class="page-foot">
        <a href="./docs">API documentation</a>
      </footer>
    </>
  )
}

function useNow(): number {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [])
  return now
}
