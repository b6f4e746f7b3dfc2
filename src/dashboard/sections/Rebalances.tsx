import type { JSX } from 'preact'
import type { RebalancingEvent } from '../../contract/api.ts'
import { ConsumerName } from '../parts/ConsumerName.tsx'
import type { ConsumerColours } from '../parts/ConsumerName.tsx'
import { Empty, Panel } from '../parts/Panel.tsx'
import { Time } from '../parts/Time.tsx'
import { useShortened } from '../parts/use-shortened.tsx'
import { rebalanceLines } from '../rebalance-lines.ts'

const MOST_LINES = 14

type RebalancesProps = ConsumerColours & { readonly events: readonly RebalancingEvent[] | undefined, readonly now: number }

/** What happened in the consumer group, newest first. */
export function Rebalances({ events, colours, now }: RebalancesProps): JSX.Element {
  const { shown, button } = useShortened(rebalanceLines(events ?? []), MOST_LINES, 'event')
  return (
    <Panel id="rebalances" title="Rebalances" note="newest first">
      {events === undefined && <Empty>Waiting for figures.</Empty>}
      {events?.length === 0 && <Empty>No rebalance yet. To see one: <code>make kill SERVICE=consumer-1</code>.</Empty>}
      {shown.length > 0 && (
        <ol class="rebalances">
          {shown.map((line) => (
            <li key={line.key} class={`rebalance rebalance-${line.eventType}`}>
              <span class="when"><Time at={Date.parse(line.timestamp)} now={now} /></span>{' '}
              <ConsumerName id={line.consumerId} colours={colours} />{' '}
              <span class="what">{line.text}</span>
            </li>
          ))}
        </ol>
      )}
      {button}
    </Panel>
  )
}
