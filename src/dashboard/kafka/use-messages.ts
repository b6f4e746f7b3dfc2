import { useEffect, useRef, useState } from 'preact/hooks'
import type { KafkaMessages, KafkaTail } from '../../contract/kafka-api.ts'
import { NO_ANSWER, ask } from './ask.ts'
import { followTail } from './follow-tail.ts'
import { firstQuestion, isNewestFirst } from './location.ts'
import type { Location } from './location.ts'
import { MOST_LIVE, firstList, withLive, withMore } from './message-list.ts'
import type { MessageList } from './message-list.ts'

export interface Browser {
  /** Null: nothing was answered yet. */
  readonly list: MessageList | null
  readonly loading: boolean
  readonly error: string | null
  readonly load: (direction: 'older' | 'newer') => void
  readonly live: Live
}

export interface Live {
  readonly paused: boolean
  readonly pause: (paused: boolean) => void
  /** Messages that wait for the end of the pause. */
  readonly waiting: number
  /** Messages that came too fast, or were too many during a pause. */
  readonly skipped: number
  readonly trouble: string | null
}

const PAGE = 50

interface State {
  readonly list: MessageList | null
  readonly loading: boolean
  readonly error: string | null
  readonly held: readonly KafkaTail[]
  readonly paused: boolean
  readonly skipped: number
  readonly trouble: string | null
}

const BEGIN: State = { list: null, loading: true, error: null, held: [], paused: false, skipped: 0, trouble: null }

/** The messages at a place, more of them on demand, and new ones while the place is live. `again` counts how often they were asked for anew. */
export function useMessages(place: Location, again: number): Browser {
  const [state, setState] = useState<State>(BEGIN)
  const newest = useRef<string | null>(null)
  const asking = useRef(new AbortController())
  const { topic, partition, search, live } = place
  const question = firstQuestion(place, PAGE).toString()
  newest.current = state.held.at(-1)?.newer ?? state.list?.newer ?? null

  async function askFor(query: string, merge: (list: MessageList | null, answer: KafkaMessages) => MessageList): Promise<void> {
    const { signal } = asking.current
    setState((last) => ({ ...last, loading: true, error: null }))
    try {
      const answer = await ask<KafkaMessages>(`./api/kafka/messages?${query}`, signal)
      setState((last) => ({ ...last, list: merge(last.list, answer), loading: false }))
    } catch (error) {
      if (!signal.aborted) setState((last) => ({ ...last, loading: false, error: error instanceof Error ? error.message : NO_ANSWER }))
    }
  }

  useEffect(() => {
    asking.current = new AbortController()
    setState(topic === null ? { ...BEGIN, loading: false } : BEGIN)
    if (topic === null) return undefined
    const { signal } = asking.current
    void askFor(question, (_none, answer) => firstList(answer)).then(() => {
      if (!live || signal.aborted) return
      void followTail(() => tailOf({ topic, partition, search, after: newest.current }), {
        onTail: (tail) => setState((last) => taken(last, tail)),
        onTrouble: (trouble) => setState((last) => (last.trouble === trouble ? last : { ...last, trouble })),
      }, signal)
    })
    return () => asking.current.abort()
  }, [question, live, again])

  const { list, loading, error, held, paused, skipped, trouble } = state
  return {
    list, loading, error,
    load(direction) {
      const cursor = list?.[direction] ?? null
      if (topic === null || cursor === null || loading) return
      const query = new URLSearchParams({ topic, [direction === 'older' ? 'before' : 'after']: cursor, limit: String(PAGE) })
      if (search !== '') query.set('search', search)
      void askFor(query.toString(), (last, answer) => (last === null ? firstList(answer) : withMore(last, direction, answer, isNewestFirst(place))))
    },
    live: {
      paused, skipped, trouble, waiting: held.reduce((sum, { messages }) => sum + messages.length, 0),
      pause: (next) => setState((last) => (next ? { ...last, paused: true } : released(last))),
    },
  }
}

function tailOf({ topic, partition, search, after }: { topic: string, partition: number | null, search: string, after: string | null }): string {
  const query = new URLSearchParams({ topic })
  if (partition !== null) query.set('partition', String(partition))
  if (search !== '') query.set('search', search)
  if (after !== null) query.set('after', after)
  return `./api/kafka/tail?${query.toString()}`
}

/** During a pause the newest are held back, as many as the list takes. */
function taken(state: State, tail: KafkaTail): State {
  const skipped = state.skipped + tail.skipped
  if (!state.paused) return { ...state, skipped, list: state.list === null ? null : withLive(state.list, tail) }
  const held = [...state.held, tail]
  let waiting = held.reduce((sum, { messages }) => sum + messages.length, 0)
  let dropped = 0
  while (waiting > MOST_LIVE && held.length > 1) {
    const size = held.shift()?.messages.length ?? 0
    waiting -= size
    dropped += size
  }
  return { ...state, skipped: skipped + dropped, held }
}

function released(state: State): State {
  return { ...state, paused: false, held: [], list: state.list === null ? null : state.held.reduce(withLive, state.list) }
}
