import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from '../../src/postgres/pool.ts'
import { assertRunning, startConsumers } from '../consumers.ts'
import type { BenchService } from '../plant.ts'
import { readUsage } from '../process-usage.ts'
import { whole } from '../report.ts'
import { readStored } from '../stored.ts'
import type { Contestant, IngestPlant, Outcome } from './contestant.ts'

const POLL_MS = 50
const STALLED_MS = 60_000

interface Sample {
  readonly stored: number
  readonly ms: number
  readonly cpuS: number
  readonly peakMemoryBytes: number
}

/**
 * So many processes of our consumer, each as a plant runs it. `profileFolder`: where Node writes their CPU profiles, which slows them.
 * `afterFirst` is called with the database while it still has the readings.
 */
export function ours({ plant, readings }: IngestPlant, processes: number, profileFolder: string | null, afterFirst: (pool: Pool) => Promise<void>): Contestant {
  let isFirst = true

  async function run(round: number): Promise<Outcome> {
    const database = await plant.createDatabase()
    const consumers = await startConsumers(plant, {
      processes, group: `bench-${processes}-${round}`, databaseUrl: database.url,
      nodeOptions: profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(profileFolder)}`],
    })
    const [first, last] = await watch(consumers, database.pool)
    const { alerts, bytes } = await whatIsThere(database.pool)
    const batches = await meanBatch(database.pool)
    if (isFirst) await afterFirst(database.pool)
    isFirst = false
    await Promise.all(consumers.map((consumer) => consumer.stop()))
    await database.drop()
    const counted = last.stored - first.stored
    return {
      perS: counted / (last.ms - first.ms) * 1000, cpuSPerMillion: (last.cpuS - first.cpuS) / counted * 1e6, peakMemoryBytes: last.peakMemoryBytes,
      bytesPerReading: bytes / last.stored, note: `${whole(alerts)} alerts, ${whole(batches)} readings of a partition in a transaction`,
    }
  }

  async function watch(consumers: readonly BenchService[], pool: Pool): Promise<[first: Sample, last: Sample]> {
    let first: Sample | undefined
    let last = await sample(consumers, pool)
    while (last.stored < readings) {
      await sleep(POLL_MS)
      assertRunning(consumers, plant)
      const now = await sample(consumers, pool)
      if (now.stored > last.stored || first === undefined) last = now
      else if (now.ms - last.ms > STALLED_MS) throw new Error(`${processes} of our consumers stand at ${now.stored} of ${readings}`)
      if (now.stored > 0) first ??= now
    }
    return [first ?? last, last]
  }

  return {
    name: processes === 1 ? 'our consumer' : `${processes} of our consumers`, isPeer: false, run,
    guarantee: 'exactly once, in order', badInput: 'each to the dead letters, with a reason; nothing stalls',
  }
}

async function sample(consumers: readonly BenchService[], pool: Pool): Promise<Sample> {
  const { readings: stored } = await readStored(pool)
  const usages = consumers.map((consumer) => readUsage(consumer.process.pid))
  return {
    stored, ms: performance.now(), cpuS: usages.reduce((sum, usage) => sum + (usage?.cpuS ?? Number.NaN), 0),
    peakMemoryBytes: usages.reduce((sum, usage) => sum + (usage?.peakMemoryBytes ?? Number.NaN), 0),
  }
}

async function whatIsThere(pool: Pool): Promise<{ alerts: number, bytes: number }> {
  const { rows } = await pool.query<{ alerts: number, bytes: number }>(
    `select (select count(*) from alerts) as alerts, sum(pg_total_relation_size(inhrelid))::int8 as bytes
     from pg_inherits where inhparent = 'reading'::regclass`)
  return rows[0] as { alerts: number, bytes: number }
}

async function meanBatch(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ mean: number }>('select avg(next_offset - first_offset)::float8 as mean from batch')
  return rows[0]?.mean ?? 0
}
