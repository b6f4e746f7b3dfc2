import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { KafkaDeadLetters } from '../../../contract/kafka-api.ts'
import { counted, formatCount } from '../../format.ts'
import { Empty, Panel } from '../../parts/Panel.tsx'
import { Age } from '../../parts/Time.tsx'
import type { Access } from '../../use-session.ts'
import { sentence as inWords } from '../../words.ts'
import type { Location } from '../location.ts'
import { ReplayQuestion } from '../parts/ReplayQuestion.tsx'
import type { ReplayChoice } from '../parts/ReplayQuestion.tsx'
import type { Polled } from '../use-polled.ts'
import { ReplayState } from './ReplayState.tsx'

interface DeadLettersProps {
  readonly polled: Polled<KafkaDeadLetters>
  readonly now: number
  readonly browse: (place: Partial<Location>) => void
  readonly access: Access
}

/** What the consumers refused, by reason; each reason opens its messages in the browser below, and an admin can replay them. */
export function DeadLetters({ polled: { data, error }, now, browse, access }: DeadLettersProps): JSX.Element {
  const [choice, choose] = useState<ReplayChoice | null>(null)
  const mayReplay = access.session?.may.administer === true
  const note = data !== undefined && data.total > 0
    ? `${counted(data.total, 'message')}${data.counted < data.total ? `; the newest ${formatCount(data.counted)} by reason` : ''}` : undefined
  return (
    <Panel id="dead-letters" title="Dead letters" note={note}>
      {error !== null && <Empty>{error}{data !== undefined && ' These are the last that are known.'}</Empty>}
      {data === undefined && error === null && <Empty>Waiting for figures.</Empty>}
      {data?.total === 0 && <Empty>None: no message was ever refused.</Empty>}
      {data !== undefined && data.by_reason.length > 0 && (
        <table class="components letters" role="table">
          <caption class="hidden">Dead letters by reason</caption>
          <thead role="rowgroup">
            <tr role="row">
              <th scope="col" role="columnheader">Reason</th>
              <th scope="col" role="columnheader" class="number">Count</th>
              <th scope="col" role="columnheader" class="number">Newest</th>
              <th scope="col" role="columnheader"><span class="hidden">Messages</span></th>
            </tr>
          </thead>
          <tbody role="rowgroup">
            {data.by_reason.map(({ reason, count, newest_at: newest, example, replayable }) => (
              <tr key={reason} role="row" class="letter">
                <th scope="row" role="rowheader"><span class="name">{inWords(reason)}</span> <span class="detail">{example}</span></th>
                <td role="cell" class="number">{formatCount(count)}</td>
                <td role="cell" class="number"><Age at={Date.parse(newest)} now={now} /></td>
                <td role="cell" class="actions">
                  <button type="button" class="action" onClick={() => browse({ topic: data.topic, search: reason })}>
                    Messages<span class="hidden"> refused as {reason}</span>
                  </button>
                  {mayReplay && replayable > 0 && (
                    <button
                      type="button" class="action"
                      onClick={() => choose({ request: { reason }, what: `${letters(replayable, data.counted < data.total)} refused as ${reason}` })}
                    >
                      Replay<span class="hidden"> those refused as {reason}</span>
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {data !== undefined && (
        <ReplayState
          replay={data.replay} access={access}
          replayAll={() => choose({ request: { all: true }, what: `all ${letters(data.replay.replayable, false)}` })}
        />
      )}
      {choice !== null && mayReplay && <ReplayQuestion key={choice.what} choice={choice} close={() => choose(null)} />}
    </Panel>
  )
}

/** `orMore`: only the newest were counted. */
function letters(count: number, orMore: boolean): string {
  return `${orMore ? 'at least ' : ''}${counted(count, 'message')}`
}
