import type { KafkaMessage, ReplayRequest } from '../../contract/kafka-api.ts'

export interface DeadLetter {
  readonly reason: string
  readonly detail: string
  /** Where the message was refused. */
  readonly origin: {
    readonly topic: string
    readonly partition: number
    readonly offset: number
    /** What it is asked for by. */
    readonly letter: NonNullable<ReplayRequest['letters']>[number]
  } | null
}

/** What the headers of a dead letter say; null for a message that is none. */
export function deadLetterOf({ headers }: KafkaMessage): DeadLetter | null {
  const header = (name: string): string | undefined => headers.find((each) => each.name === name)?.value?.text
  const [reason, detail, topic] = [header('reason'), header('detail'), header('topic')]
  if (reason === undefined || detail === undefined) return null
  const [partition, offset] = [Number(header('partition') ?? Number.NaN), Number(header('offset') ?? Number.NaN)]
  const [topicId, generation] = [header('topic_id'), Number(header('generation') ?? Number.NaN)]
  const known = topic !== undefined && Number.isSafeInteger(partition) && Number.isSafeInteger(offset)
  // Those of an older release don't say which log it was.
  const letter = { partition, offset, ...topicId === undefined || !Number.isSafeInteger(generation) ? {} : { topic_id: topicId, generation } }
  return { reason, detail, origin: known ? { topic, partition, offset, letter } : null }
}
