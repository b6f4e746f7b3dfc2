import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { KafkaTopic } from '../../../contract/kafka-api.ts'
import { counted, formatCount } from '../../format.ts'
import { Mark } from '../../parts/Mark.tsx'
import { Empty, Panel } from '../../parts/Panel.tsx'
import { isNewestFirst } from '../location.ts'
import type { Location } from '../location.ts'
import { MOST_LIVE, placeOf } from '../message-list.ts'
import { Message } from '../parts/Message.tsx'
import { useMessages } from '../use-messages.ts'
import type { Browser, Live } from '../use-messages.ts'
import { MessageForm } from './MessageForm.tsx'

interface MessagesProps {
  readonly place: Location
  readonly topics: readonly KafkaTopic[] | undefined
  readonly go: (next: Location) => void
  readonly now: number
  /** An admin looks. */
  readonly mayReplay: boolean
}

/** The message browser: where to look, and what is there. */
export function Messages({ place, topics, go, now, mayReplay }: MessagesProps): JSX.Element {
  const [again, setAgain] = useState(0)
  const browser = useMessages(place, again)
  const [first, last] = isNewestFirst(place) ? ['newer', 'older'] as const : ['older', 'newer'] as const
  const { list, loading, error } = browser
  return (
    <Panel id="messages" title="Messages" note={list !== null && summary(browser, place)}>
      <MessageForm
        place={place} topics={topics}
        submit={(next) => {
          if (JSON.stringify(next) === JSON.stringify(place)) setAgain(again + 1)
          else go(next)
        }}
      />
      {place.live && <LiveLine live={browser.live} />}
      {error !== null && <p class="panel-line" role="alert"><Mark kind="critical" /><span class="wrong">{error}</span></p>}
      {list?.failures.map(({ partition, error: reason }) => (
        <p key={partition} class="panel-line" role="alert"><Mark kind="warning" /><span>Partition {partition} can't be read: {reason}.</span></p>
      ))}
      {place.topic === null && <Empty>Choose a topic. To look at messages changes nothing in Kafka: no group is joined, no offset committed.</Empty>}
      {!place.live && <More browser={browser} direction={first} place={place} />}
      {list !== null && list.messages.length > 0 && (
        <>
          <p class="message-columns" aria-hidden="true"><span>Time</span><span>Partition:offset</span><span>Key</span><span>Value</span></p>
          <ol class="messages">
            {list.messages.map((message) => (
              <Message
                key={placeOf(message)} topic={place.topic ?? ''} message={message} search={place.search} now={now} go={go} mayReplay={mayReplay}
              />
            ))}
          </ol>
        </>
      )}
      {list !== null && list.messages.length === 0 && !loading && <Empty>{nothing(browser, place)}</Empty>}
      {loading && <Empty>{list === null ? 'Reading …' : 'Reading more …'}</Empty>}
      <More browser={browser} direction={last} place={place} />
    </Panel>
  )
}

function summary({ list }: Browser, { search }: Location): string {
  if (list === null) return ''
  const shown = counted(list.messages.length, 'message')
  return search === '' ? shown : `${shown} of ${formatCount(list.searched)} searched`
}

function nothing({ list }: Browser, { search, live }: Location): string {
  if (live) return search === '' ? 'Waiting for the first message.' : 'Waiting for the first message that matches.'
  if (search === '') return 'No messages here.'
  return `No match in the ${counted(list?.searched ?? 0, 'message')} that ${list?.searched === 1 ? 'was' : 'were'} searched.`
}

/** The way on in one direction; it says when a search has only stopped at a limit. */
function More({ browser, direction, place }: { browser: Browser, direction: 'older' | 'newer', place: Location }): JSX.Element | null {
  const { list, loading } = browser
  if (list === null || list[direction] === null) {
    return direction === 'older' && list !== null && list.messages.length > 0 && list.messages.length < MOST_LIVE
      ? <p class="panel-line quiet"><span>The log begins here.</span></p> : null
  }
  const onward = (direction === 'older') === isNewestFirst(place)
  const stopped = onward && !list.complete && place.search !== ''
  return (
    <button type="button" class="show-all" disabled={loading} onClick={() => browser.load(direction)}>
      {stopped ? `${formatCount(list.searched)} searched, there is more: search on` : `Load ${direction}`}
    </button>
  )
}

function LiveLine({ live: { paused, waiting, skipped, trouble, pause } }: { live: Live }): JSX.Element {
  return (
    <p class="panel-line live-line" role="status">
      <Mark kind={trouble !== null ? 'warning' : paused ? 'stopped' : 'normal'} />
      <span>
        {trouble ?? (paused ? `Paused; ${counted(waiting, 'new message')} waiting.` : 'New messages appear on top as they come.')}
        {skipped > 0 && ` ${counted(skipped, 'message')} came too fast to be shown.`}
      </span>
      <button type="button" class="action" aria-pressed={paused} onClick={() => pause(!paused)}>{paused ? 'Go on' : 'Pause'}</button>
    </p>
  )
}
