import { outlookOf } from '../detect/learned/outlook.ts'
import { LEARNED_FORMAT, NEWEST_US, RECORD_BYTES, detectorAt, reset } from '../detect/learned/state.ts'
import type { Detector, Mode } from '../detect/learned/state.ts'
import type { DetectorBlockRow, NewDetectorBlock } from '../postgres/detector-state.ts'

/**
 * The learned detectors of one log, in blocks of 64 that are stored in turn: all of 3,300 sensors are 16 MB, which is too much to be written
 * every 10 s, and to copy a block is 0.1 ms.
 */
export interface DetectorBlocks {
  /** A new one, for a sensor that has none, whose readings from this offset on it will be given. Null: there are too many. */
  add(sensorKey: number, fromOffset: number): Detector | null
  /** Copies the blocks that were stored longest ago, this share of all, as of this offset. The next call takes the next ones. */
  take(nextOffset: number, share: number): NewDetectorBlock[]
  /** Readings from this offset on are not in what is stored of some detectors. */
  replayFrom(nextOffset: number): number
}

interface Block {
  readonly key: number
  readonly sensorKeys: number[]
  readonly buffer: ArrayBuffer
  /** What is stored of it is as of this offset; of one that wasn't stored yet the offset at which it began. */
  storedOffset: number
}

const PER_BLOCK = 64
/** 100 MB of a log's: a producer that makes up a sensor with each message must not fill the memory. */
const MOST_BLOCKS = 312

/** So few that they may be stored all at once: 1.2 MB. */
const LEAST_BLOCKS = 4

/** A stored block is only read when it is of this format. */
export function blockFormat(mode: Mode): number {
  return 2 * LEARNED_FORMAT + (mode === 'full' ? 0 : 1)
}

/** `onRestored` is given each stored detector, and the offset from which on its readings are missing in it. */
export function createDetectorBlocks(
  logKey: number, mode: Mode, stored: readonly DetectorBlockRow[],
  onRestored: (sensorKey: number, detector: Detector, nextOffset: number) => void,
): DetectorBlocks {
  const size = RECORD_BYTES[mode]
  const blocks: Block[] = []
  for (const { blockKey, sensorKeys, state, nextOffset } of stored) {
    if (state.length !== sensorKeys.length * size) throw new RangeError(`block ${blockKey} of ${sensorKeys.length} detectors has ${state.length} bytes`)
    const buffer = new ArrayBuffer(PER_BLOCK * size)
    new Uint8Array(buffer).set(state)
    blocks.push({ key: blockKey, sensorKeys: [...sensorKeys], buffer, storedOffset: nextOffset })
    for (const [index, sensorKey] of sensorKeys.entries()) onRestored(sensorKey, detectorAt(buffer, index * size, mode), nextOffset)
  }

  return {
    add(sensorKey, fromOffset) {
      let block = blocks.at(-1)
      if (block === undefined || block.sensorKeys.length === PER_BLOCK) {
        if (blocks.length === MOST_BLOCKS) return null
        block = { key: (block?.key ?? -1) + 1, sensorKeys: [], buffer: new ArrayBuffer(PER_BLOCK * size), storedOffset: fromOffset }
        blocks.push(block)
      }
      block.storedOffset = Math.min(block.storedOffset, fromOffset)
      const detector = detectorAt(block.buffer, block.sensorKeys.push(sensorKey) * size - size, mode)
      reset(detector, 0)
      return detector
    },
    take(nextOffset, share) {
      const due = blocks.filter(({ storedOffset }) => storedOffset < nextOffset).toSorted((a, b) => a.storedOffset - b.storedOffset)
      return due.slice(0, Math.max(LEAST_BLOCKS, Math.ceil(share * blocks.length))).map((block) => {
        block.storedOffset = nextOffset
        return {
          logKey, blockKey: block.key, nextOffset, format: blockFormat(mode), sensorKeys: [...block.sensorKeys],
          state: Buffer.from(block.buffer.slice(0, block.sensorKeys.length * size)),
          outlooks: block.sensorKeys.map((_, index) => {
            const detector = detectorAt(block.buffer, index * size, mode)
            return { ...outlookOf(detector), asOfUs: detector.numbers[NEWEST_US] as number }
          }),
        }
      })
    },
    replayFrom: (nextOffset) => blocks.reduce((least, { storedOffset }) => Math.min(least, storedOffset), nextOffset),
  }
}
