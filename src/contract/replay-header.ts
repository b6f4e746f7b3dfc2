/** The header of a message that is the replay of a dead letter: which one, so that it counts once however often it is sent. */
export const REPLAY_HEADER = 'factory-replay'

/** Where a message was refused: the log by its topic's id, its partition and its generation, and the offset in it. */
export interface LetterPlace {
  readonly topicId: string
  readonly partition: number
  readonly generation: number
  readonly offset: number
}

// Bounded, so that each number fits the type that it has in the database.
const PLACE = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/(\d{1,9})\/(\d{1,9})\/(\d{1,15})$/

export function formatLetterPlace({ topicId, partition, generation, offset }: LetterPlace): string {
  return `${topicId}/${partition}/${generation}/${offset}`
}

/** Null for anything else: whoever can write to the topic can write what they like into a header. */
export function parseLetterPlace(text: string): LetterPlace | null {
  const [, topicId, partition, generation, offset] = PLACE.exec(text) ?? []
  return topicId === undefined ? null : { topicId, partition: Number(partition), generation: Number(generation), offset: Number(offset) }
}
