import { createHash } from 'node:crypto'
import { newEpoch } from '../runtime/new-epoch.ts'
import type { FleetConfig } from './config.ts'

/**
 * What this life of the fleet is called in its readings. A backfill of the same plant, times and seed makes the same readings, so it has the
 * same name: started once more after it was interrupted, it is absorbed as far as it had come. A live run has a new one each time.
 */
export function epochOf(config: FleetConfig): string {
  const { history, sensors, ratePerS, seed, timeScale, thresholds, plant } = config
  if (history === null) return `fleet-${newEpoch()}`
  const { share, kinds } = plant.faults
  const text = JSON.stringify([sensors, history, ratePerS, seed, timeScale, thresholds, share, [...kinds]])
  return `fleet-history-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
}
