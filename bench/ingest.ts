import { createLog } from '../src/runtime/log.ts'
import { copies } from './ingest/copies.ts'
import type { Contestant, IngestPlant, Outcome } from './ingest/contestant.ts'
import { reportIngest } from './ingest/ingest-report.ts'
import { kcat } from './ingest/kcat.ts'
import { ours } from './ingest/ours.ts'
import { peers } from './ingest/peers.ts'
import { hasTool } from './ingest/run-tool.ts'
import { startLoad } from './load/load.ts'
import { SENSOR_TOPIC, withPlant } from './plant.ts'
import type { BenchPlant } from './plant.ts'
import { loadNow, machineLine, progress, whole } from './report.ts'

export interface IngestOptions {
  readonly readings: number
  readonly rounds: number
  readonly sensors: number
  /** Where others are installed that do the same; null: none. */
  readonly peersFolder: string | null
  /** Where Node writes the consumers' CPU profiles; null: none. */
  readonly profileFolder: string | null
}

/**
 * The same readings through our consumers, through what a plant would take instead, and through parts of the way that are the limits: one after
 * the other, in turn. Prints, and writes bench/results/ingest.md.
 */
export async function benchIngest(options: IngestOptions): Promise<void> {
  const loadAtStart = loadNow()
  await withPlant(async (plant) => {
    const { readings } = options
    await fill(plant, options)
    const of: IngestPlant = { plant, readings }
    const contestants = await whoRuns(of, options)
    const outcomes = new Map<Contestant, Outcome[]>(contestants.map((each) => [each, []]))
    for (let round = 1; round <= options.rounds; round++) {
      for (const contestant of contestants) {
        const outcome = await contestant.run(round)
        outcomes.get(contestant)?.push(outcome)
        const { perS, cpuSPerMillion } = outcome
        progress(`round ${round}: ${contestant.name}: ${whole(perS)}/s${cpuSPerMillion === null ? '' : `, ${cpuSPerMillion.toFixed(1)} CPU s a million`}`)
      }
    }
    const database = await plant.createDatabase()
    reportIngest({ machine: await machineLine(database.pool, loadAtStart), options, outcomes })
    await database.drop()
  })
}

async function whoRuns(of: IngestPlant, { peersFolder, profileFolder }: IngestOptions): Promise<readonly Contestant[]> {
  const limits = copies(of)
  const withPsql = hasTool('psql', '--version')
  if (!withPsql) progress('psql is not installed: the limits by \\copy are left out')
  const withKcat = hasTool('kcat', '-V')
  if (!withKcat) progress('kcat is not installed: the limit of reading is left out')
  return [
    ours(of, 1, profileFolder, withPsql ? limits.exportFrom : async () => {}),
    ours(of, 3, null, async () => {}),
    ...peersFolder === null ? [] : await peers(of, peersFolder),
    ...withPsql ? limits.contestants : [],
    ...withKcat ? [kcat(of)] : [],
  ]
}

async function fill({ brokers }: BenchPlant, { readings, sensors }: IngestOptions): Promise<void> {
  const load = await startLoad({
    brokers, topic: SENSOR_TOPIC, sensors, ratePerS: 'max', seed: 'ingest', count: readings, healthy: true, log: createLog('load', 'error'),
  }).done
  if (load.counts.acknowledged !== readings) throw new Error(`of ${readings} readings only ${load.counts.acknowledged} were acknowledged`)
  progress(`${whole(readings)} readings in Kafka after ${load.seconds.toFixed(1)} s`)
}
