import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { KafkaTopic } from '../../../contract/kafka-api.ts'
import { zoneName } from '../../format.ts'
import { fromLocalTime, toLocalTime } from '../local-time.ts'
import { formatLocation } from '../location.ts'
import type { From, Location } from '../location.ts'

interface MessageFormProps {
  readonly place: Location
  readonly topics: readonly KafkaTopic[] | undefined
  readonly submit: (next: Location) => void
}

const KINDS: readonly (readonly [From['kind'], string])[] = [['newest', 'Newest'], ['oldest', 'Oldest'], ['offset', 'Offset'], ['time', 'Time']]

interface Draft {
  readonly topic: string
  readonly partition: number | null
  readonly kind: From['kind']
  readonly offset: string
  /** In the viewer's zone. */
  readonly time: string
  readonly search: string
}

/** What a time begins with: somebody who looks for one mostly wants what has just happened. */
const LATELY_MS = 10 * 60_000

/** Where to look. Nothing is asked before the form is sent, so that half a choice costs Kafka nothing. */
export function MessageForm({ place, topics, submit }: MessageFormProps): JSX.Element {
  const [draft, setDraft] = useState(draftOf(place))
  const change = (part: Partial<Draft>): void => setDraft({ ...draft, ...part })
  // Somebody went to another place by a link, or back.
  useEffect(() => setDraft(draftOf(place)), [formatLocation(place)])
  const { topic, kind } = draft
  const known = topics?.map((each) => each.topic) ?? []
  const partitions = topics?.find((each) => each.topic === topic)?.partitions.map((each) => each.partition)
    ?? (draft.partition === null ? [] : [draft.partition])
  // An offset is one of a partition.
  const partition = kind === 'offset' ? draft.partition ?? partitions[0] ?? 0 : draft.partition

  const send = (live: boolean): void => submit({
    topic: topic === '' ? null : topic, partition, from: live ? { kind: 'newest' } : fromOf(draft), search: draft.search.trim(), live,
  })
  return (
    <form class="message-form" aria-label="Messages to show" onSubmit={(event) => { event.preventDefault(); send(false) }}>
      <p class="field">
        <label for="message-topic">Topic</label>
        <select id="message-topic" name="topic" required value={topic} onChange={(event) => change({ topic: event.currentTarget.value, partition: null })}>
          <option value="">Choose a topic</option>
          {(known.includes(topic) || topic === '' ? known : [topic, ...known]).map((name) => <option key={name} value={name}>{name}</option>)}
        </select>
      </p>
      <p class="field narrow">
        <label for="message-partition">Partition</label>
        <select
          id="message-partition" name="partition" value={partition === null ? '' : String(partition)}
          onChange={(event) => change({ partition: event.currentTarget.value === '' ? null : Number(event.currentTarget.value) })}>
          {kind !== 'offset' && <option value="">All</option>}
          {partitions.map((each) => <option key={each} value={String(each)}>{each}</option>)}
        </select>
      </p>
      <p class="field narrow">
        <label for="message-from">From</label>
        <select id="message-from" name="from" value={kind} onChange={(event) => change({ kind: event.currentTarget.value as From['kind'] })}>
          {KINDS.map(([name, text]) => <option key={name} value={name}>{text}</option>)}
        </select>
      </p>
      {kind === 'offset' && (
        <p class="field narrow">
          <label for="message-offset">Offset</label>
          <input
            id="message-offset" name="offset" type="number" inputMode="numeric" min="0" step="1" required value={draft.offset}
            onInput={(event) => change({ offset: event.currentTarget.value })} />
        </p>
      )}
      {kind === 'time' && (
        <p class="field">
          <label for="message-time">Time, {zoneName(Date.now())}</label>
          <input
            id="message-time" name="time" type="datetime-local" step="1" required value={draft.time}
            onInput={(event) => change({ time: event.currentTarget.value })} />
        </p>
      )}
      <p class="field wide">
        <label for="message-search">Search</label>
        <input
          id="message-search" name="search" type="search" maxLength={200} autocomplete="off" spellcheck={false} placeholder="in key, value and headers"
          value={draft.search} onInput={(event) => change({ search: event.currentTarget.value })} />
      </p>
      <p class="buttons">
        <button type="submit" class="action main">Show</button>
        <button type="button" class="action" aria-pressed={place.live} disabled={topic === ''} onClick={() => send(!place.live)}>
          {place.live ? 'Stop live' : 'Live'}
        </button>
      </p>
    </form>
  )
}

function draftOf({ topic, partition, from, search }: Location): Draft {
  return {
    topic: topic ?? '', partition, kind: from.kind, offset: from.kind === 'offset' ? String(from.offset) : '0', search,
    time: toLocalTime(from.kind === 'time' ? Date.parse(from.time) : Date.now() - LATELY_MS),
  }
}

function fromOf({ kind, offset, time }: Draft): From {
  if (kind === 'offset') return { kind, offset: Number(offset) }
  return kind === 'time' ? { kind, time: fromLocalTime(time) } : { kind }
}
