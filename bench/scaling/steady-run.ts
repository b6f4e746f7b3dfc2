import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLog } from '../../src/runtime/log.ts'
import { tableLatencies, watchCommits } from '../commits.ts'
import { startConsumers } from '../consumers.ts'
import { startLoad } from '../load/load.ts'
import type { BenchPlant } from '../plant.ts'
import { quantile } from '../report.ts'
import { readStored } from '../stored.ts'
import { waitUntil } from '../wait-until.ts'
import { readMoment, spentBetween } from './spent.ts'
import type { Spent } from './spent.ts'

export interface SteadyOptions {
  /** Empty, with three partitions, and used by this run alone. */
  readonly topic: string
  readonly processes: number
  readonly env: Readonly<Record<string, string>>
  readonly sensors: number
  readonly ratePerS: number
  readonly seconds: number
}

export interface SteadySpent extends Spent {
  /** From made to stored, ms. */
  readonly p50Ms: number
  readonly p99Ms: number
}

const WARM_UP_S = 5

/** A group of consumers at a steady rate. Throws when Kafka didn't keep it. */
export async function runSteady(plant: BenchPlant, options: SteadyOptions): Promise<SteadySpent> {
  const { topic, processes, sensors, ratePerS, seconds } = options
  const database = await plant.createDatabase()
  const { pool } = database
  const consumers = await startConsumers(plant, { processes, group: topic, databaseUrl: database.url, env: { SENSOR_TOPIC: topic, ...options.env } })
  await waitUntil('each consumer has a partition', async () => (await readStored(pool)).owners === processes)
  const stop = new AbortController()
  const commits = watchCommits(pool, stop.signal)

  const countedFromMs = Date.now() + WARM_UP_S * 1000
  const load = startLoad({
    brokers: plant.brokers, topic, sensors, ratePerS, seed: 'scaling', durationS: WARM_UP_S + seconds, healthy: true, log: createLog('load', 'error'),
  })
  await sleep(WARM_UP_S * 1000)
  const first = await readMoment(plant, pool, consumers)
  const { counts, heldBack } = await load.done
  if (heldBack) throw new Error(`Kafka did not take ${ratePerS} readings/s`)
  await waitUntil('all readings are stored', async () => (await readStored(pool)).readings >= counts.acknowledged)
  const last = await readMoment(plant, pool, consumers)
  stop.abort()
  await commits.done

  const latencies = await tableLatencies(pool, commits.seen, countedFromMs)
  await Promise.all(consumers.map((consumer) => consumer.stop()))
  await database.drop()
  return { ...spentBetween(first, last, cpus().length), p50Ms: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99) }
}
