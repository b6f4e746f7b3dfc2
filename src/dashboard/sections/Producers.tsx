import type { JSX } from 'preact'
import type { ProducerHealth } from '../../contract/api.ts'
import { counted, formatCount, formatRate, formatTotal } from '../format.ts'
import { ComponentState, inactiveFirst } from '../parts/ComponentState.tsx'
import { Name } from '../parts/Name.tsx'
import { Empty, Panel } from '../parts/Panel.tsx'
import { Age } from '../parts/Time.tsx'
import { useShortened } from '../parts/use-shortened.tsx'

const MOST_ROWS = 8

/** Each producer with its state, rate, last heartbeat and total. */
export function Producers({ producers, now }: { producers: readonly ProducerHealth[] | undefined, now: number }): JSX.Element {
  const all = producers ?? []
  const { shown, button } = useShortened(all.length > MOST_ROWS ? inactiveFirst(all) : all, MOST_ROWS, 'producer')
  const active = all.filter(({ status }) => status === 'active').length
  return (
    <Panel id="producers" title="Producers" note={all.length > 0 && `${formatCount(active)} of ${formatCount(all.length)} active`}>
      {producers === undefined && <Empty>Waiting for figures.</Empty>}
      {producers?.length === 0 && <Empty>No producers yet: start producers with <code>make start-producers</code>.</Empty>}
      {all.length > 0 && (
        <table class="components">
          <caption class="hidden">{counted(all.length, 'producer')}, their state, rate, last heartbeat and total</caption>
          <thead>
            <tr>
              <th scope="col">Sensor</th>
              <th scope="col" class="number">Rate <span class="unit">readings/s</span></th>
              <th scope="col" class="number">Heartbeat</th>
              <th scope="col" class="number">Total <span class="unit">readings</span></th>
            </tr>
          </thead>
          <tbody>
            {shown.map((producer) => (
              <tr key={producer.producer_id} class={producer.status === 'active' ? '' : 'abnormal'}>
                <th scope="row">
                  <Name name={producer.producer_id} />
                  <span class="detail"><ComponentState component={producer} /> {producer.sensor_type}</span>
                  {backlogOf(producer) !== '' && <span class="detail">{backlogOf(producer)}</span>}
                </th>
                <td class="number">{formatRate(producer.readings_per_second)}</td>
                <td class="number"><Age at={Date.parse(producer.last_heartbeat)} now={now} /></td>
                <td class="number" title={formatCount(producer.total_messages_sent)}>{formatTotal(producer.total_messages_sent)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {button}
    </Panel>
  )
}

/** What the producer could not send yet, and what it had to give up. */
function backlogOf({ buffered, dropped }: ProducerHealth): string {
  return [
    // One reading is always on its way.
    ...((buffered ?? 0) > 1 ? [`${counted(buffered ?? 0, 'reading')} waiting for Kafka`] : []),
    ...((dropped ?? 0) > 0 ? [`${counted(dropped ?? 0, 'reading')} given up`] : []),
  ].join(', ')
}
