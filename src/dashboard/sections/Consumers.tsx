import type { JSX } from 'preact'
import type { ConsumerHealth } from '../../contract/api.ts'
import { saidGoodbye, stoppedLast } from '../assessment.ts'
import { counted, formatCount, formatRate, formatTotal, listed } from '../format.ts'
import { ComponentState, inactiveFirst } from '../parts/ComponentState.tsx'
import { ConsumerName } from '../parts/ConsumerName.tsx'
import type { ConsumerColours } from '../parts/ConsumerName.tsx'
import { Empty, Panel } from '../parts/Panel.tsx'
import { Age } from '../parts/Time.tsx'
import { useShortened } from '../parts/use-shortened.tsx'

const MOST_ROWS = 8

type ConsumersProps = ConsumerColours & { readonly consumers: readonly ConsumerHealth[] | undefined, readonly now: number }

/** Each consumer with its state, partitions, rate, last heartbeat and total. */
export function Consumers({ consumers, colours, now }: ConsumersProps): JSX.Element {
  const all = consumers ?? []
  const { shown, button } = useShortened(all.length > MOST_ROWS ? stoppedLast(inactiveFirst(all)) : all, MOST_ROWS, 'consumer')
  const active = all.filter(({ status }) => status === 'active').length
  return (
    <Panel id="consumers" title="Consumers" note={all.length > 0 && `${formatCount(active)} of ${formatCount(all.length)} active`}>
      {consumers === undefined && <Empty>Waiting for figures.</Empty>}
      {consumers?.length === 0 && <Empty>No consumers yet: start consumers with <code>make start-consumers</code>.</Empty>}
      {all.length > 0 && (
        <table class="components">
          <caption class="hidden">{counted(all.length, 'consumer')}, their state, partitions, rate, last heartbeat and total</caption>
          <thead>
            <tr>
              <th scope="col">Consumer</th>
              <th scope="col" class="number">Rate <span class="unit">readings/s</span></th>
              <th scope="col" class="number">Heartbeat</th>
              <th scope="col" class="number">Total <span class="unit">readings</span></th>
            </tr>
          </thead>
          <tbody>
            {shown.map((consumer) => (
              <tr key={consumer.consumer_id} class={consumer.status === 'active' || saidGoodbye(consumer) ? '' : 'abnormal'}>
                <th scope="row">
                  <ConsumerName id={consumer.consumer_id} colours={colours} />
                  <span class="detail"><ComponentState component={consumer} /> {holdings(consumer)}</span>
                </th>
                <td class="number">{formatRate(consumer.readings_per_second)}</td>
                <td class="number"><Age at={Date.parse(consumer.last_heartbeat)} now={now} /></td>
                <td class="number" title={formatCount(consumer.total_messages_processed)}>
                  {formatTotal(consumer.total_messages_processed)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {button}
    </Panel>
  )
}

function holdings({ status, assigned_partitions }: ConsumerHealth): string {
  if (assigned_partitions.length === 0) return status === 'active' ? 'no partition' : ''
  return `partition${assigned_partitions.length === 1 ? '' : 's'} ${listed([...assigned_partitions].sort((a, b) => a - b).map(String), 6)}`
}
