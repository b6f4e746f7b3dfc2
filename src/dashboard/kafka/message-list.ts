import type { KafkaMessage, KafkaMessages, KafkaTail } from '../../contract/kafka-api.ts'

/** What the message browser has been told so far. */
export interface MessageList {
  /** In the order of the list. */
  readonly messages: readonly KafkaMessage[]
  readonly older: string | null
  readonly newer: string | null
  /** Messages that were looked through. */
  readonly searched: number
  /** False: the last search ended at a limit. */
  readonly complete: boolean
  readonly failures: KafkaMessages['failures']
}

/** While new messages come, no more are kept: a page of tens of thousands is slow, and nobody reads them. */
export const MOST_LIVE = 500

export function firstList(answer: KafkaMessages): MessageList {
  const { messages, older, newer, searched, failures } = answer
  return { messages, older, newer, searched: searched.messages, complete: searched.complete, failures }
}

/** With what lies before (`older`) or behind (`newer`), which goes to the end or the begin of the list by its order. */
export function withMore(list: MessageList, direction: 'older' | 'newer', answer: KafkaMessages, newestFirst: boolean): MessageList {
  const inOrder = (direction === 'older') === newestFirst ? answer.messages : answer.messages.toReversed()
  return {
    ...list,
    messages: (direction === 'older') === newestFirst ? [...list.messages, ...inOrder] : [...inOrder, ...list.messages],
    [direction]: answer[direction],
    searched: list.searched + answer.searched.messages, complete: answer.searched.complete, failures: answer.failures,
  }
}

/** With messages that have just come, oldest first; the newest `MOST_LIVE` are kept. */
export function withLive(list: MessageList, { messages: news, newer }: KafkaTail): MessageList {
  const messages = [...news.toReversed(), ...list.messages]
  // What is cut off can't be read on from its cursor any more.
  return messages.length <= MOST_LIVE ? { ...list, messages, newer } : { ...list, messages: messages.slice(0, MOST_LIVE), newer, older: null }
}

export function placeOf({ partition, offset }: KafkaMessage): string {
  return `${partition}/${offset}`
}
