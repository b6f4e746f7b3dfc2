import { hash } from 'node:crypto'
import { REPLAY_HEADER, parseLetterPlace } from '../contract/replay-header.ts'
import type { LetterPlace } from '../contract/replay-header.ts'
import type { LogChunk } from '../kafka/log-chunk.ts'
import type { LogRecord } from '../kafka/log-slice.ts'
import { FIELDS, HEADER_COUNT, recordAt } from '../kafka/record-run.ts'
import type { Pool } from '../postgres/pool.ts'
import { readReplayedLetters } from '../postgres/replay-outcomes.ts'
import type { ReplayedLetter } from '../postgres/replay-outcomes.ts'

/** Knows the replays of dead letters among the messages that are fetched. */
export interface ReplayArrivals {
  /**
   * The letters whose replays these are, by partition and offset of the message; all others aren't in it. Settled is also what an earlier
   * message of these chunks, or of those of the call before, will settle. Costs a query only where there is a message with the header.
   */
  recognise(chunks: readonly LogChunk[]): Promise<ReplayedLetters>
}

export type ReplayedLetters = ReadonlyMap<number, ReadonlyMap<number, ReplayedLetter>>

const HEADER = Buffer.from(REPLAY_HEADER)
const NONE: ReplayedLetters = new Map()

/** Of one pass of the consumer over its partitions, which asks once for each batch, in their order. */
export function createReplayArrivals(pool: Pool, topic: string): ReplayArrivals {
  // While a batch is prepared the one before is still being written; those before that are in the database.
  let before: ReadonlySet<string> = new Set()

  return {
    async recognise(chunks) {
      const supposed = chunks.flatMap((chunk) => recordsWithHeaders(chunk).flatMap((record) => {
        const letter = letterOf(record)
        if (letter === null) return []
        const { value, offset } = record
        const valueHash = value === null ? null : hash('sha256', value, 'buffer')
        return [{ partition: chunk.partition, offset, letter, valueSizeBytes: value?.length ?? null, valueHash }]
      }))
      const settling = new Set<string>()
      if (supposed.length === 0) {
        before = settling
        return NONE
      }
      const replayed = new Map(chunks.map(({ partition }) => [partition, new Map<number, ReplayedLetter>()]))
      for (const [index, letter] of (await readReplayedLetters(pool, topic, supposed)).entries()) {
        if (letter === null) continue
        const name = `${letter.logKey}/${letter.offset}`
        const { partition, offset } = supposed[index] as typeof supposed[number]
        replayed.get(partition)?.set(offset, { ...letter, settled: letter.settled || before.has(name) || settling.has(name) })
        settling.add(name)
      }
      before = settling
      return replayed
    },
  }
}

function recordsWithHeaders({ runs }: LogChunk): LogRecord[] {
  const found: LogRecord[] = []
  for (const run of runs) {
    for (let index = run.from; index < run.to; index++) if (run.fields[index * FIELDS + HEADER_COUNT] !== 0) found.push(recordAt(run, index))
  }
  return found
}

/** By the last header of the name, which is the one that was added last. */
function letterOf({ headers }: LogRecord): LetterPlace | null {
  const value = headers.findLast(([name]) => name?.equals(HEADER))?.[1]
  return value === null || value === undefined ? null : parseLetterPlace(value.toString('latin1'))
}
