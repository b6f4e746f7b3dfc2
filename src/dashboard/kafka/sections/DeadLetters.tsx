import type { JSX } from 'preact'
import type { KafkaDeadLetters } from '../../../contract/kafka-api.ts'
import { counted, formatCount } from '../../format.ts'
import { Empty, Panel } from '../../parts/Panel.tsx'
import { Age } from '../../parts/Time.tsx'
import { sentence as inWords } from '../../words.ts'
import type { Location } from '../location.ts'
import type { Polled } from '../use-polled.ts'

interface DeadLettersProps {
  readonly polled: Polled<KafkaDeadLetters>
  readonly now: number
  readonly browse: (place: Partial<Location>) => void
}

/** What the consumers refused, by reason; each reason opens its messages in the browser below. */
export function DeadLetters({ polled: { data, error }, now, browse }: DeadLettersProps): JSX.Element {
  const note = data !== undefined && data.total > 0
    ? `${counted(data.total, 'message')}${data.counted < data.total ? `; the newest ${formatCount(data.counted)} by reason` : ''}` : undefined
  return (
    <Panel id="dead-letters" title="Dead letters" note={note}>
      {error !== null && <Empty>{error}{data !== undefined && ' These are the last that are known.'}</Empty>}
      {data === undefined && error === null && <Empty>Waiting for figures.</Empty>}
      {data?.total === 0 && <Empty>None: no message was ever refused.</Empty>}
      {data !== undefined && data.by_reason.length > 0 && (
        <table class="components">
          <caption class="hidden">Dead letters by reason</caption>
          <thead>
            <tr>
              <th scope="col">Reason</th>
              <th scope="col" class="number">Count</th>
              <th scope="col" class="number">Newest</th>
              <th scope="col"><span class="hidden">Messages</span></th>
            </tr>
          </thead>
          <tbody>
            {data.by_reason.map(({ reason, count, newest_at: newest, example }) => (
              <tr key={reason}>
                <th scope="row"><span class="name">{inWords(reason)}</span> <span class="detail">{example}</span></th>
                <td class="number">{formatCount(count)}</td>
                <td class="number"><Age at={Date.parse(newest)} now={now} /></td>
                <td class="actions">
                  <button type="button" class="action" onClick={() => browse({ topic: data.topic, search: reason })}>
                    Messages<span class="hidden"> refused as {reason}</span>
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  )
}
