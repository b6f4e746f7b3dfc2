import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runBackfill } from '../../../src/fleet/backfill.ts'
import { readConfig } from '../../../src/fleet/config.ts'
import { createFleetSensors, readingMaker } from '../../../src/fleet/fleet-sensors.ts'
import type { FleetGroup, MakeReading } from '../../../src/fleet/fleet-sensors.ts'
import { openGroundTruth } from '../../../src/fleet/ground-truth.ts'
import type { TruthLine } from '../../../src/fleet/ground-truth.ts'
import { SENSOR_TYPES } from '../../../src/contract/sensor-types.ts'

export const PLANT = join(import.meta.dirname, '../../../fleet.yaml')
export const NOW_MS = Date.UTC(2026, 8, 1)

export interface Made {
  readonly readings: { readonly sequence: number, readonly timeMs: number, readonly value: number }[]
  /** Of all bytes of all records, in their order. */
  readonly digest: string
  readonly truthText: string
  readonly truth: TruthLine[]
}

/** What a fleet would send, without Kafka: `run` gets the sensors, and what makes a reading of one. */
export async function madeBy(
  folder: string, args: readonly string[], fromMs: number, run: (groups: FleetGroup[], make: MakeReading) => Promise<void>,
): Promise<Made> {
  const config = readConfig(['--plant', PLANT, '--truth', join(folder, 'truth.jsonl'), ...args], {}, NOW_MS)
  const readings: Made['readings'] = []
  const hash = createHash('sha256')
  const bytes = Buffer.alloc(4_096)
  const truth = openGroundTruth(config.truthFile, fromMs, ({ type }) => SENSOR_TYPES[type].base)
  const make = readingMaker(config, {
    push(_partition, writer, sequence, timeMs, sample) {
      readings.push({ sequence, timeMs, value: sample.value })
      hash.update(bytes.subarray(0, writer.write(bytes, 0, 0, sequence, timeMs, sample)))
    },
  }, truth)
  await run(createFleetSensors(config, 'epoch', 3), make)
  truth.close()
  const truthText = readFileSync(config.truthFile, 'utf8')
  return { readings, digest: hash.digest('hex'), truthText, truth: truthText.split('\n').slice(0, -1).map((line) => JSON.parse(line) as TruthLine) }
}

export async function madeByBackfill(folder: string, fromMs: number, toMs: number, args: readonly string[]): Promise<Made> {
  return madeBy(folder, args, fromMs, (groups, make) => runBackfill({
    groups, fromMs, toMs, make, room: async () => {}, beforeChunk: async () => {}, signal: new AbortController().signal,
  }))
}
