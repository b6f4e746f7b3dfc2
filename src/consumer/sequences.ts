import type { EpochChange, ProducerEpoch } from '../postgres/producer-epochs.ts'

/** Gaps that are waited for at most; past it the oldest is given up. */
export const MAX_GAPS = 1_000

/** What a number says of its reading: seen for the first time, seen before, or from a gap that was given up. */
export type Arrival = 'new' | 'duplicate' | 'too_old'

/** Follows the numbers of one producer's readings, in whatever order they come. */
export interface SequenceTracker {
  /** The log that all of them came through; null: several. */
  readonly homeLog: number | null
  arrive(sequence: number): Arrival
  /** True at its first call with this batch: whoever collects the trackers of a batch, collects each once. */
  touch(batch: number): boolean
  /**
   * Whether what changed has to be stored with the batch that changed it. What has not can be learned again from the log's readings: numbers
   * that came one after the other.
   */
  readonly isUrgent: boolean
  /** They come through several logs. False: a home is stored already, and has to be taken from there by `shareEpochs`. */
  share(): boolean
  /** Since it was stored. */
  readonly hasChanged: boolean
  /** As it is now, beside what is stored. */
  state(): EpochChange
  /** What changed since the last call, as of this offset of its home; null when nothing did. */
  takeChange(homeOffset: number | null): EpochChange | null
}

/** Where numbers are read. */
export interface NumbersLog {
  readonly logKey: number
  /** It was read from its first offset. */
  readonly sinceStart: boolean
}

/**
 * @param stored What the database knows of this epoch; null when nothing has arrived yet.
 * @param log Where the first one comes from, which is their home. Where that wasn't read from its first offset, readings below the first
 *   one seen are not missing: they may have been there before us.
 */
export function createSequenceTracker(sensorKey: number, epoch: string, stored: ProducerEpoch | null, log: NumbersLog): SequenceTracker {
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
  let homeLog = stored === null ? log.logKey : stored.homeLog
  let writtenHomeLog = stored?.homeLog ?? null
  let lastBatch = -1
  let inOrder = true

  function begin(sequence: number): void {
    // Producers count from 1; one that counts from 0 shows it by sending 0.
    first = log.sinceStart ? Math.min(sequence, 1) : sequence
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
    if (sequence === next && received > 0) {
      next++
      received++
      return 'new'
    }
    inOrder = false
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

  function hasChanged(): boolean {
    return received !== writtenReceived || duplicates !== writtenDuplicates
  }

  function state(): EpochChange {
    return {
      sensorKey, epoch, firstSequence: first, nextSequence: next, missing: missing.map(([from, to]) => [from, to] as const),
      floor, abandoned, received, duplicates, filledLate, homeLog, homeOffset: stored?.homeOffset ?? null,
      expectedReceived: writtenReceived, expectedDuplicates: writtenDuplicates, expectedHomeLog: writtenHomeLog,
    }
  }

  return {
    get homeLog() { return homeLog },
    arrive,
    touch(batch) {
      if (lastBatch === batch) return false
      lastBatch = batch
      return true
    },
    get isUrgent() { return homeLog === null || !inOrder },
    share() {
      if (writtenHomeLog !== null) return false
      homeLog = null
      return true
    },
    get hasChanged() { return hasChanged() },
    state,
    takeChange(homeOffset) {
      if (!hasChanged()) return null
      const change = { ...state(), homeOffset: homeLog === null ? null : homeOffset }
      writtenReceived = received
      writtenDuplicates = duplicates
      writtenHomeLog = homeLog
      inOrder = true
      return change
    },
  }
}
