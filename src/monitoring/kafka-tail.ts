import type { KafkaMessages, KafkaTail } from '../contract/kafka-api.ts'
import { cursorOf, parseCursor } from '../kafka/browse-log.ts'
import { pause } from '../runtime/abort.ts'
import { messageOf } from '../runtime/errors.ts'
import type { KafkaExplorer } from './kafka-explorer.ts'
import { UnavailableError } from './poller.ts'
import { RequestError } from './request-error.ts'

/** What is followed. */
export interface TailQuestion {
  readonly topic: string
  /** Null: all of them. */
  readonly partition: number | null
  readonly search: string | null
  /** Where to begin; null: with what comes from now on. */
  readonly after: ReadonlyMap<number, number> | null
}

/** Where the events go. */
export interface TailViewer {
  /** False while it doesn't take what it was given: then nothing is read for it. */
  readonly ready: boolean
  send(tail: KafkaTail): void
  /** Kafka doesn't answer, or the topic is gone; it is being tried again. */
  complain(error: string): void
}

const ROUND_MS = 400
const RETRY_MS = 1_000
/** In a round: 250 a second is more than a person can read. */
const MOST_SHOWN = 100
/** Who is further behind than this, because of the rate or because the viewer was slow, goes on near the end. */
const MOST_BEHIND = 2_000

/** Shows what is added to a topic until the signal is aborted. Rejects only with what nobody expected. */
export async function followTopic(
  explorer: Pick<KafkaExplorer, 'layout' | 'messages'>, { topic, partition, search, after }: TailQuestion, viewer: TailViewer, signal: AbortSignal,
): Promise<void> {
  const positions = new Map(after)

  async function round(): Promise<void> {
    const layout = await explorer.layout(topic)
    const wanted = layout.partitions.map((each) => each.partition).filter((each) => partition === null || each === partition)
    const unknown = wanted.filter((each) => !positions.has(each))
    if (unknown.length > 0) advance((await explorer.messages(layout, { kind: 'last', partitions: unknown }, 1, null)).newer)
    if (positions.size === 0) return
    const news = await explorer.messages(layout, { kind: 'after', offsets: positions }, MOST_SHOWN, search)
    advance(news.newer)
    const skipped = catchUp(news)
    if (news.messages.length > 0 || skipped > 0) viewer.send({ messages: news.messages, skipped, newer: cursorOf(positions) })
    const failure = news.failures[0]
    if (failure !== undefined) viewer.complain(`partition ${failure.partition}: ${failure.error}`)
  }

  function advance(cursor: string | null): void {
    for (const [each, offset] of parseCursor(cursor ?? '') ?? []) positions.set(each, offset)
  }

  function catchUp({ partitions }: KafkaMessages): number {
    let skipped = 0
    for (const { partition: each, end_offset: end } of partitions) {
      const position = positions.get(each)
      if (position === undefined || end - position <= MOST_BEHIND) continue
      skipped += end - MOST_SHOWN - position
      positions.set(each, end - MOST_SHOWN)
    }
    return skipped
  }

  while (!signal.aborted) {
    let waitMs = ROUND_MS
    try {
      if (viewer.ready) await round()
    } catch (error) {
      if (!(error instanceof UnavailableError || error instanceof RequestError)) throw error
      if (!signal.aborted) viewer.complain(messageOf(error))
      waitMs = RETRY_MS
    }
    await pause(waitMs, signal)
  }
}
