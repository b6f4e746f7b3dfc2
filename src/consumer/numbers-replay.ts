import type { StoredReading } from '../postgres/detector-state.ts'
import type { Queryable } from '../postgres/pool.ts'
import { readEpochs } from '../postgres/producer-epochs.ts'
import { createSequenceTracker } from './sequences.ts'
import type { SequenceTracker } from './sequences.ts'

/** Brings the producers' numbers that are at home in a log up to what is stored there. */
export interface NumbersReplay {
  /** A reading of the log, in its order, that may not be in the stored numbers yet. */
  add(reading: StoredReading): void
  /** The trackers of those whose numbers moved on, by `nameOf`. Epochs without a home, or with another one, are always stored. */
  restore(db: Queryable, logKey: number): Promise<Map<string, SequenceTracker>>
}

interface Numbers {
  readonly sensorKey: number
  readonly epoch: string
  readonly offsets: number[]
  readonly sequences: number[]
}

export function createNumbersReplay(): NumbersReplay {
  const byName = new Map<string, Numbers>()
  return {
    add({ sensorKey, epoch, sequence, offset }) {
      if (epoch === null || sequence === null) return
      const name = nameOf(sensorKey, epoch)
      let numbers = byName.get(name)
      if (numbers === undefined) byName.set(name, numbers = { sensorKey, epoch, offsets: [], sequences: [] })
      numbers.offsets.push(offset)
      numbers.sequences.push(sequence)
    },
    async restore(db, logKey) {
      const trackers = new Map<string, SequenceTracker>()
      for (const stored of byName.size === 0 ? [] : await readEpochs(db, [...byName.values()])) {
        const { sensorKey, epoch, homeLog, homeOffset } = stored
        if (homeLog !== logKey) continue
        const { offsets, sequences } = byName.get(nameOf(sensorKey, epoch)) as Numbers
        const tracker = createSequenceTracker(sensorKey, epoch, stored, { logKey, sinceStart: false })
        for (const [index, sequence] of sequences.entries()) if ((offsets[index] as number) >= (homeOffset ?? 0)) tracker.arrive(sequence)
        if (tracker.hasChanged) trackers.set(nameOf(sensorKey, epoch), tracker)
      }
      return trackers
    },
  }
}

export function nameOf(sensorKey: number, epoch: string): string {
  return `${sensorKey} ${epoch}`
}
