import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { assertRunning, startConsumers } from '../consumers.ts'
import type { BenchPlant } from '../plant.ts'
import { readStored } from '../stored.ts'
import { readMoment, spentBetween } from './spent.ts'
import type { Spent } from './spent.ts'

export interface BacklogOptions {
  readonly topic: string
  readonly processes: number
  /** Of this run alone. */
  readonly group: string
  readonly env?: Readonly<Record<string, string>>
  /** So many are stored once each has its partitions, before it counts: until then code is compiled, and sensors are registered. */
  readonly warmUp: number
  /** So many count. The topic has more than both together. */
  readonly readings: number
}

export interface BacklogSpent extends Spent {
  /** Of the table of readings and its indexes. */
  readonly bytesPerReading: number
}

const POLL_MS = 20
const DEADLINE_MS = 180_000

/**
 * A group of consumers over a topic that is full already, into a fresh database. The first one there begins with all partitions; what is stored
 * until the last one has its own isn't counted.
 */
export async function runBacklog(plant: BenchPlant, options: BacklogOptions): Promise<BacklogSpent> {
  const { topic, processes, group, warmUp, readings } = options
  const database = await plant.createDatabase()
  const { pool } = database
  const consumers = await startConsumers(plant, { processes, group, databaseUrl: database.url, env: { SENSOR_TOPIC: topic, ...options.env } })

  async function waitFor(wanted: number): Promise<number> {
    const deadlineMs = performance.now() + DEADLINE_MS
    for (;;) {
      const stored = await readStored(pool)
      if (stored.readings >= wanted && stored.owners === processes) return stored.readings
      assertRunning(consumers, plant)
      if (performance.now() > deadlineMs) throw new Error(`${group}: ${stored.owners} consumers stand at ${stored.readings} of ${wanted}`)
      await sleep(POLL_MS)
    }
  }

  await waitFor(await waitFor(1) + warmUp)
  const first = await readMoment(plant, pool, consumers)
  await waitFor(first.stored + readings)
  const last = await readMoment(plant, pool, consumers)
  const { rows } = await pool.query<{ bytes: number, stored: number }>(
    `select sum(pg_total_relation_size(inhrelid))::int8 as bytes, (select sum(stored) from partition_log)::int8 as stored
     from pg_inherits where inhparent = 'reading'::regclass`)
  await Promise.all(consumers.map((consumer) => consumer.stop()))
  await database.drop()
  const { bytes, stored } = rows[0] as { bytes: number, stored: number }
  return { ...spentBetween(first, last, cpus().length), bytesPerReading: bytes / stored }
}
