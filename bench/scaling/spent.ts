import type { Pool } from '../../src/postgres/pool.ts'
import type { BenchPlant, BenchService } from '../plant.ts'
import { readStored } from '../stored.ts'
import { readMachineUsage } from './machine-usage.ts'
import type { MachineUsage } from './machine-usage.ts'

/** What stood where at one moment of a run. */
export interface Moment extends MachineUsage {
  readonly stored: number
  readonly walBytes: number
}

/** What the readings between two moments took. */
export interface Spent {
  readonly readings: number
  readonly perS: number
  /** Processor seconds for a million readings. */
  readonly consumersS: number
  readonly postgresS: number
  readonly kafkaS: number
  /** Of all processors' time, 0 to 1. `othersShare`: of the load, of this program and of what isn't ours. */
  readonly idleShare: number
  readonly othersShare: number
  readonly walBytesPerReading: number
  /** Of all consumers together. */
  readonly peakMemoryBytes: number
}

export async function readMoment(plant: BenchPlant, pool: Pool, consumers: readonly BenchService[]): Promise<Moment> {
  const { rows } = await pool.query<{ bytes: number }>(`select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as bytes`)
  const { readings } = await readStored(pool)
  return { ...readMachineUsage(plant, consumers), stored: readings, walBytes: rows[0]?.bytes ?? Number.NaN }
}

export function spentBetween(first: Moment, last: Moment, processors: number): Spent {
  const readings = last.stored - first.stored
  const seconds = (last.ms - first.ms) / 1000
  const idleShare = (last.idleTicks - first.idleTicks) / (last.allTicks - first.allTicks)
  const ofEach = { consumersS: last.consumersS - first.consumersS, postgresS: last.postgresS - first.postgresS, kafkaS: last.kafkaS - first.kafkaS }
  const oursShare = (ofEach.consumersS + ofEach.postgresS + ofEach.kafkaS) / (seconds * processors)
  const perMillion = (value: number): number => value / readings * 1e6
  return {
    readings, perS: readings / seconds, consumersS: perMillion(ofEach.consumersS), postgresS: perMillion(ofEach.postgresS),
    kafkaS: perMillion(ofEach.kafkaS), idleShare, othersShare: Math.max(0, 1 - idleShare - oursShare),
    walBytesPerReading: (last.walBytes - first.walBytes) / readings, peakMemoryBytes: last.peakMemoryBytes,
  }
}
