import type { DetectorSnapshot, NewDetectorBlock } from '../postgres/detector-state.ts'
import { SNAPSHOT_FORMAT, packMemories } from './memory-snapshot.ts'
import type { OwnedLog } from './prepare.ts'

/** What is remembered of the logs is stored so often. What came since is learned from the readings again. */
export const CHECKPOINT_INTERVAL_MS = 10_000
/** Of the learned detectors, with each checkpoint: so that after a kill a minute is learned again. Of 10,000 sensors 8 MB. */
export const CHECKPOINT_SHARE = 1 / 6

export interface TakenMemories {
  readonly snapshots: readonly DetectorSnapshot[]
  readonly blocks: readonly NewDetectorBlock[]
}

export const NO_MEMORIES: TakenMemories = { snapshots: [], blocks: [] }

/** All that the rules and the alarms' conditions remember of these logs, and some of the learned detectors: those that were stored longest ago. */
export function takeMemories(logs: readonly OwnedLog[], share: number): TakenMemories {
  const blocks = logs.flatMap(({ detectors, preparedOffset }) => detectors?.take(preparedOffset, share) ?? [])
  const snapshots = logs.map(({ logKey, memories, detectors, preparedOffset }) => ({
    logKey, nextOffset: preparedOffset, learnedFrom: detectors?.replayFrom(preparedOffset) ?? preparedOffset, format: SNAPSHOT_FORMAT,
    state: packMemories(memories),
  }))
  return { snapshots, blocks }
}

/** Something of the log isn't stored as it is now. */
export function isBehind({ unstored, detectors, preparedOffset }: OwnedLog): boolean {
  return unstored.size > 0 || (detectors !== null && detectors.replayFrom(preparedOffset) < preparedOffset)
}
