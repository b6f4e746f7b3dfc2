import type { BenchPlant } from '../plant.ts'

/** What one of them did with all readings of the topic, once. Null: not told, or it makes no sense for it. */
export interface Outcome {
  /** From the first readings that were seen to be stored to the last ones. */
  readonly perS: number
  /** Of its own processes; what PostgreSQL and Kafka do for it isn't in it. */
  readonly cpuSPerMillion: number | null
  /** Of all its processes together. */
  readonly peakMemoryBytes: number | null
  /** Table and indexes. */
  readonly bytesPerReading: number | null
  readonly note: string | null
}

/** Somebody who brings the readings of the topic into a fresh database, or a part of the way. */
export interface Contestant {
  readonly name: string
  readonly guarantee: string
  readonly badInput: string
  /** Ours are held against the best of them. */
  readonly isPeer: boolean
  run(round: number): Promise<Outcome>
}

export interface IngestPlant {
  readonly plant: BenchPlant
  /** In the topic. */
  readonly readings: number
}
