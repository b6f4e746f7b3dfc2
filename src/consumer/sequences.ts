import type { EpochChange, ProducerEpoch } from '../postgres/producer-epochs.ts'

/** Gaps that are waited for at most; past it the oldest is given up. */
export const MAX_GAPS = 1_000

/** What a number says of its reading: seen for the first time, seen before, or from a gap that was given up. */
export type Arrival = 'new' | 'duplicate' | 'too_old'

/** Follows the numbers of one producer's readings, in whatever order they come. */
export interface SequenceTracker {
  arrive(sequence: number): Arrival
  /** True at the first call since the last `takeChange`: whoever collects what changed, collects each once. */
  touch(): boolean
  /** What changed since the last call; null when nothing did. */
  takeChange(): EpochChange | null
}

/**
 * @param stored What the database knows of this epoch; null when nothing has arrived yet.
 * @param sinceStart Whether its log was read from its first offset. Where it wasn't, readings below the first one seen are not
 *   missing: they may have been there before us.
 */
export function createSequenceTracker(
  sensorKey: number, epoch: string, stored: ProducerEpoch | null, sinceStart: boolean,
): SequenceTracker {
  let first = stored?.firstSequence ?? 0
  let next = stored?.nextSequence ?? 0
  const missing = stored?.missing.map(([from, to]): [number, number] => [from, to]) ?? []
  let floor = stored?.floor ?? 0
  let abandoned = stored?.abandoned ?? 0
  let received = stored?.received ?? 0
  let duplicates = stored?.duplicates ?? 0
  let filledLate = stored?.filledLate ?? 0
  let writtenReceived = received
  let writtenDuplicates = duplicates
  let touched = false

  function begin(sequence: number): void {
    // Producers count from 1; one that counts from 0 shows it by sending 0.
    first = sinceStart ? Math.min(sequence, 1) : sequence
    if (first < sequence) missing.push([first, sequence])
    next = sequence + 1
  }

  function fill(sequence: number): boolean {
    const index = missing.findIndex(([from, to]) => sequence >= from && sequence < to)
    const gap = missing[index]
    if (gap === undefined) return false
    const [from, to] = gap
    const rest: [number, number][] = []
    if (from < sequence) rest.push([from, sequence])
    if (sequence + 1 < to) rest.push([sequence + 1, to])
    missing.splice(index, 1, ...rest)
    return true
  }

  function giveUpOldest(): void {
    const oldest = missing.shift()
    if (oldest === undefined) return
    floor = oldest[1]
    abandoned += oldest[1] - oldest[0]
  }

  function arrive(sequence: number): Arrival {
    if (received + duplicates === 0) begin(sequence)
    else if (sequence >= next) {
      if (sequence > next) missing.push([next, sequence])
      next = sequence + 1
    } else if (sequence < first) {
      if (sequence + 1 < first) missing.unshift([sequence + 1, first])
      first = sequence
      filledLate++
    } else if (fill(sequence)) filledLate++
    else if (sequence < floor) return 'too_old'
    else {
      duplicates++
      return 'duplicate'
    }
    received++
    while (missing.length > MAX_GAPS) giveUpOldest()
    return 'new'
  }

  return {
    arrive,
    touch() {
      if (touched) return false
      touched = true
      return true
    },
    takeChange() {
      touched = false
      if (received === writtenReceived && duplicates === writtenDuplicates) return null
      const change = {
        sensorKey, epoch, firstSequence: first, nextSequence: next, missing: missing.map(([from, to]) => [from, to] as const),
        floor, abandoned, received, duplicates, filledLate, expectedReceived: writtenReceived, expectedDuplicates: writtenDuplicates,
      }
      writtenReceived = received
      writtenDuplicates = duplicates
      return change
    },
  }
}
