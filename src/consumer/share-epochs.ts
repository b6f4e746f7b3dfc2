import { readStoredFrom } from '../postgres/detector-state.ts'
import { takeFromHomes } from '../postgres/epoch-homes.ts'
import { inTransaction } from '../postgres/pool.ts'
import type { Pool, Queryable } from '../postgres/pool.ts'
import { writeEpochs } from '../postgres/producer-epochs.ts'
import { FencedError } from '../postgres/write-batch.ts'
import { createNumbersReplay, nameOf } from './numbers-replay.ts'
import { createSequenceTracker } from './sequences.ts'
import type { SequenceTracker } from './sequences.ts'

export interface ForeignEpoch {
  readonly sensorKey: number
  readonly epoch: string
  /** The log that its reading came through, which is not its home. */
  readonly logKey: number
}

/**
 * Readings of these epochs come through another log than those before: their numbers have no home any more, and each batch that changes
 * them stores them. They move to the new log where nothing comes through the old one any more. Whoever calls it forgets what it knew of them.
 */
export async function shareEpochs(pool: Pool, foreign: readonly ForeignEpoch[]): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { homes, epochs } = await takeFromHomes(client, foreign)
    const logOf = new Map(foreign.map(({ sensorKey, epoch, logKey }) => [nameOf(sensorKey, epoch), logKey]))
    for (const { logKey, numbersOffset, closed } of homes) {
      const trackers = await replayNumbers(client, logKey, numbersOffset)
      const changes = epochs.filter(({ homeLog }) => homeLog === logKey).map((stored) => {
        const name = nameOf(stored.sensorKey, stored.epoch)
        const tracker = trackers.get(name) ?? createSequenceTracker(stored.sensorKey, stored.epoch, stored, { logKey, sinceStart: false })
        const homeLog = closed ? logOf.get(name) as number : null
        // None of the readings of its new home are in it yet.
        return { ...tracker.state(), homeLog, homeOffset: homeLog === null ? null : 0 }
      })
      if (!(await writeEpochs(client, changes))) throw new FencedError('a producer epoch was changed by another consumer')
    }
  })
}

async function replayNumbers(db: Queryable, logKey: number, offset: number): Promise<Map<string, SequenceTracker>> {
  const numbers = createNumbersReplay()
  for (let from = offset; ;) {
    const { readings, nextOffset } = await readStoredFrom(db, logKey, from)
    if (nextOffset === from) return numbers.restore(db, logKey)
    for (const reading of readings) if (reading.offset >= offset) numbers.add(reading)
    from = nextOffset
  }
}
