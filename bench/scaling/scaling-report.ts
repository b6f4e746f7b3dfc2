import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { PROJECT_ROOT } from '../../src/local/project.ts'
import { COMMIT_POLL_MS } from '../commits.ts'
import { table, whole, writeResults } from '../report.ts'
import type { ScalingOptions } from '../scaling.ts'
import type { BacklogSpent } from './backlog-run.ts'
import { plot } from './plot.ts'
import type { Line } from './plot.ts'
import type { Spent } from './spent.ts'
import type { SteadySpent } from './steady-run.ts'

/** One value of what is varied, and what it took in each round. What else runs on the machine only slows: the best of the rounds tells most. */
export interface Point<S extends Spent> {
  readonly x: number
  readonly runs: S[]
}

export interface ScalingResults {
  readonly machine: string
  readonly options: ScalingOptions
  /** Bytes of a reading in one replica in Kafka, uncompressed. */
  readonly kafkaBytesPerReading: number
  /** By the partitions of the topic: x is the number of consumers. */
  readonly consumers: ReadonlyMap<number, readonly Point<BacklogSpent>[]>
  readonly sensors: readonly Point<BacklogSpent>[]
  readonly batchSizes: readonly Point<BacklogSpent>[]
  readonly batchAges: readonly Point<SteadySpent>[]
}

/** Writes bench/results/scaling.md and docs/images/scaling.svg. */
export function reportScaling(results: ScalingResults): void {
  const { options, consumers, sensors, batchSizes, batchAges } = results
  const backlog = (name: string, points: readonly Point<BacklogSpent>[]): string => spentTable(name, points, fastest, [
    ['all cores end at, readings/s', (run) => cpus().length * 1e6 / (run.consumersS + run.postgresS + run.kafkaS)],
    ['peak memory, MB', (run) => run.peakMemoryBytes / 1e6], ['bytes on disk a reading', (run) => run.bytesPerReading],
  ])
  writeSvg(results)
  writeResults('scaling', 'How the ingest grows', [
    results.machine,
    '![The curves](../../docs/images/scaling.svg)',
    ...[...consumers].flatMap(([partitions, points]) => [
      `## Consumers, a topic of ${partitions} partitions`, backlog('consumers', points)]),
    '## Sensors, one consumer', backlog('sensors', sensors),
    '## BATCH_MAX_READINGS, one consumer', backlog('readings', batchSizes),
    `## BATCH_MAX_AGE_MS, ${options.consumersAtRate} consumers at ${whole(options.ratePerS)} readings/s`,
    spentTable('ms', batchAges, promptest, [['p50, ms', (run) => run.p50Ms], ['p99, ms', (run) => run.p99Ms]]),
    `The first four: a backlog of numbered, healthy readings, of ${whole(options.sensors)} sensors unless said otherwise, uncompressed, `
    + `${Math.round(results.kafkaBytesPerReading)} bytes each in a replica. ${whole(options.readings)} readings count; before them code is compiled and `
    + 'sensors are registered, which doesn\'t count. The last: from the reading\'s own time to when another connection, which looks every '
    + `${COMMIT_POLL_MS} ms, sees it stored, for ${options.seconds} s. All servers, the consumers and what measures share the machine. Each figure but the `
    + 'rates is of the round with the highest rate, in the last with the lowest p99: what else runs only slows. Cores are processor seconds in a '
    + 'second; `others` is what used the processors beside consumers, '
    + `PostgreSQL and Kafka, in the last also what makes the load. \`all cores end at\` is the rate at which ${cpus().length} cores would be used up at the `
    + 'cost measured, if nothing else ran: it depends less on the others than the rates do. A rollup runs every 5 s, so a short run has few of them.',
  ])
}

type Column<S> = readonly [head: string, pick: (run: S) => number]

function fastest<S extends Spent>({ runs }: Point<S>): S {
  return runs.reduce((best, run) => (run.perS > best.perS ? run : best))
}

function promptest({ runs }: Point<SteadySpent>): SteadySpent {
  return runs.reduce((best, run) => (run.p99Ms < best.p99Ms ? run : best))
}

function spentTable<S extends Spent>(name: string, points: readonly Point<S>[], best: (point: Point<S>) => S, more: readonly Column<S>[]): string {
  const rounds = points[0]?.runs.map((_, round) => round) ?? []
  const cores = (pick: (run: S) => number): (run: S) => number => (run) => pick(run) * run.perS / 1e6
  const columns: readonly Column<S>[] = [
    ['CPU s a million: consumers', (run) => run.consumersS], ['PostgreSQL', (run) => run.postgresS], ['Kafka', (run) => run.kafkaS],
    ['cores: consumers', cores((run) => run.consumersS)], ['PostgreSQL', cores((run) => run.postgresS)], ['Kafka', cores((run) => run.kafkaS)],
    ['idle, %', (run) => 100 * run.idleShare], ['others, %', (run) => 100 * run.othersShare], ['WAL bytes a reading', (run) => run.walBytesPerReading],
    ...more,
  ]
  return table([name, ...rounds.map((round) => `readings/s, round ${round + 1}`), ...columns.map(([head]) => head)], points.map((point) => [
    whole(point.x), ...rounds.map((round) => whole(point.runs[round]?.perS ?? Number.NaN)), ...columns.map(([, pick]) => short(pick(best(point)))),
  ]))
}

function short(value: number): string {
  return value < 20 ? value.toFixed(1) : whole(value)
}

function writeSvg({ consumers, sensors, batchSizes, batchAges, options }: ScalingResults): void {
  const rates = (name: string, points: readonly Point<BacklogSpent>[]): Line => ({ name, points: points.map((point) => [point.x, fastest(point).perS]) })
  const latencies = (name: string, pick: (run: SteadySpent) => number): Line => (
    { name, points: batchAges.map((point) => [point.x, pick(promptest(point))]) })
  const yLabel = 'readings/s'
  writeFileSync(join(PROJECT_ROOT, 'docs/images/scaling.svg'), plot([
    {
      title: 'Consumers on one machine', xLabel: 'consumer processes', yLabel, xScale: 'linear',
      lines: [...consumers].map(([partitions, points]) => rates(`${partitions} partitions`, points)),
    },
    { title: 'Sensors, one consumer', xLabel: 'sensors', yLabel, xScale: 'log', lines: [rates('', sensors)] },
    { title: 'Batch size, one consumer', xLabel: 'BATCH_MAX_READINGS', yLabel, xScale: 'log', lines: [rates('', batchSizes)] },
    {
      title: `Batch age at ${whole(options.ratePerS)} readings/s`, xLabel: 'BATCH_MAX_AGE_MS', yLabel: 'made to stored, ms', xScale: 'log',
      lines: [latencies('p99', (run) => run.p99Ms), latencies('p50', (run) => run.p50Ms)],
    },
  ]))
}
