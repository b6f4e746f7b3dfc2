import { hash } from 'node:crypto'
import { REPLAY_HEADER, parseLetterPlace } from '../contract/replay-header.ts'
import type { LetterPlace } from '../contract/replay-header.ts'
import type { LogRecord, LogSlice } from '../kafka/log-slice.ts'
import type { Pool } from '../postgres/pool.ts'
import { readReplayedLetters } from '../postgres/replay-outcomes.ts'
import type { ReplayedLetter } from '../postgres/replay-outcomes.ts'

/** Knows the replays of dead letters among the messages that are fetched. */
export interface ReplayArrivals {
  /**
   * The letters whose replays these are; all others aren't in it. Settled is also what an earlier message of these slices, or of those
   * of the call before, will settle. Costs a query only where there is a message with the header.
   */
  recognise(slices: readonly LogSlice[]): Promise<ReadonlyMap<LogRecord, ReplayedLetter>>
}

const HEADER = Buffer.from(REPLAY_HEADER)
const NONE: ReadonlyMap<LogRecord, ReplayedLetter> = new Map()

/** Of one pass of the consumer over its partitions, which asks once for each batch, in their order. */
export function createReplayArrivals(pool: Pool, topic: string): ReplayArrivals {
  // While a batch is prepared the one before is still being written; those before that are in the database.
  let before: ReadonlySet<string> = new Set()

  return {
    async recognise(slices) {
      const supposed = slices.flatMap(({ records }) => records.flatMap((record) => {
        const letter = record.headers.length === 0 ? null : letterOf(record)
        if (letter === null) return []
        const { value } = record
        return [{ record, letter, valueSizeBytes: value?.length ?? null, valueHash: value === null ? null : hash('sha256', value, 'buffer') }]
      }))
      const settling = new Set<string>()
      if (supposed.length === 0) {
        before = settling
        return NONE
      }
      const replayed = new Map<LogRecord, ReplayedLetter>()
      for (const [index, letter] of (await readReplayedLetters(pool, topic, supposed)).entries()) {
        if (letter === null) continue
        const name = `${letter.logKey}/${letter.offset}`
        replayed.set(supposed[index]?.record as LogRecord, { ...letter, settled: letter.settled || before.has(name) || settling.has(name) })
        settling.add(name)
      }
      before = settling
      return replayed
    },
  }
}

/** By the last header of the name, which is the one that was added last. */
function letterOf({ headers }: LogRecord): LetterPlace | null {
  const value = headers.findLast(([name]) => name?.equals(HEADER))?.[1]
  return value === null || value === undefined ? null : parseLetterPlace(value.toString('latin1'))
}
