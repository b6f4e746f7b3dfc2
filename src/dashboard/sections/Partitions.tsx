import type { JSX } from 'preact'
import type { PartitionState } from '../../contract/api.ts'
import { isChangingHands, unownedSince } from '../assessment.ts'
import { formatCount, formatRate } from '../format.ts'
import { ConsumerName, colourClass } from '../parts/ConsumerName.tsx'
import { Mark } from '../parts/Mark.tsx'
import { Name } from '../parts/Name.tsx'
import { Empty, Panel } from '../parts/Panel.tsx'
import { Age, Since } from '../parts/Time.tsx'
import { useShortened } from '../parts/use-shortened.tsx'
import type { DashboardState } from '../state.ts'

const MOST_PARTITIONS = 12
/** How long a change of owner stays marked. */
const MOVE_SHOWN_MS = 20_000

/** Who holds which partition: a block for each, in the colour of its consumer. */
export function Partitions({ state, now }: { state: DashboardState, now: number }): JSX.Element {
  const partitions = state.sections.partitions?.partitions
  const { shown, button } = useShortened(partitions ?? [], MOST_PARTITIONS, 'partition')
  return (
    <Panel id="partitions" title="Partitions" note={partitions?.[0] && <>topic <Name name={partitions[0].topic} /></>}>
      {partitions === undefined && <Empty>Waiting for figures.</Empty>}
      {partitions?.length === 0 && (
        <Empty>
          {state.sections.health?.kafka.status === 'unhealthy'
            ? 'No partitions known: Kafka does not answer.'
            : 'No partitions yet: the topic is made by the first producer or consumer that starts.'}
        </Empty>
      )}
      {shown.length > 0 && (
        <ul class="partitions">
          {shown.map((partition) => <Partition key={partition.partition} partition={partition} state={state} now={now} />)}
        </ul>
      )}
      {button}
    </Panel>
  )
}

function Partition({ partition, state, now }: { partition: PartitionState, state: DashboardState, now: number }): JSX.Element {
  const { owner, leader, replicas, in_sync_replicas } = partition
  const move = state.moves.get(partition.partition)
  const moved = move !== undefined && owner !== null && now - move.at < MOVE_SHOWN_MS ? move : null
  const unowned = isChangingHands(partition.partition, state, now) ? 'changing' : 'unowned'
  const look = owner === null ? unowned : colourClass(owner, state.colours)
  return (
    <li class={`partition ${look} ${moved === null ? '' : 'moved'}`}>
      <h3>Partition {partition.partition}</h3>
      <p class="owner">
        {owner === null
          ? <Nobody since={unownedSince(partition.partition, state)} changing={look === 'changing'} now={now} />
          : <><span class="hidden">read by</span><ConsumerName id={owner} colours={state.colours} /></>}
        {moved !== null && (
          <span class="move">
            {moved.from === null ? 'taken' : <>moved from <Name name={moved.from} /></>} <Age at={moved.at} now={now} />
          </span>
        )}
      </p>
      <dl class="partition-figures">
        <div><dt>Next offset</dt><dd>{partition.next_offset === null ? 'none yet' : formatCount(partition.next_offset)}</dd></div>
        <div><dt>Lag, readings</dt><dd>{partition.lag === null ? 'not known' : formatCount(partition.lag)}</dd></div>
        <div><dt>Readings/s</dt><dd>{formatRate(partition.readings_per_second)}</dd></div>
        <div class={in_sync_replicas.length === replicas.length ? 'in-sync' : 'out-of-sync'}>
          <dt>In sync</dt>
          <dd title={leader === null ? undefined : `led by broker ${leader}`}>
            {replicas.length === 0 ? 'not known' : `${in_sync_replicas.length} of ${replicas.length} brokers`}
          </dd>
        </div>
      </dl>
    </li>
  )
}

function Nobody({ since, changing, now }: { since: number | null, changing: boolean, now: number }): JSX.Element {
  return (
    <span class="nobody">
      <Mark kind={changing ? 'warning' : 'critical'} />
      <span>No consumer reads it{since !== null && <> <Since at={since} now={now} /></>}</span>
    </span>
  )
}
