import type { IngestOptions } from '../ingest.ts'
import { median, table, whole, writeResults } from '../report.ts'
import type { Contestant, Outcome } from './contestant.ts'

export interface IngestResults {
  readonly machine: string
  readonly options: IngestOptions
  readonly outcomes: ReadonlyMap<Contestant, readonly Outcome[]>
}

export function reportIngest({ machine, options, outcomes }: IngestResults): void {
  const all = [...outcomes]
  const rounds = Array.from({ length: options.rounds }, (_, round) => round)
  const rate = (runs: readonly Outcome[], round: number): number => runs[round]?.perS ?? Number.NaN
  const bestPeer = rounds.map((round) => Math.max(...all.filter(([each]) => each.isPeer).map(([, runs]) => rate(runs, round))))
  const narrow = all.find(([each]) => each.name.includes('narrow'))?.[1]
  const times = (runs: readonly Outcome[], other: (round: number) => number): string => {
    const ratio = median(rounds.map((round) => rate(runs, round) / other(round)))
    return Number.isFinite(ratio) && ratio > 0 ? ratio.toFixed(2) : '-'
  }
  const of = (runs: readonly Outcome[], pick: (outcome: Outcome) => number | null, show: (value: number) => string): string => {
    const values = runs.map(pick).filter((value) => value !== null)
    const value = median(values)
    return values.length === 0 || Number.isNaN(value) ? '-' : show(value)
  }
  writeResults('ingest', 'Ingest: the same readings through us, through others, and the limits', [
    machine,
    table(['', ...rounds.map((round) => `readings/s, round ${round + 1}`), 'median', 'times the best peer', 'times \\copy of the narrow rows',
      'CPU s a million', 'peak memory, MB', 'bytes on disk a reading'],
    all.map(([contestant, runs]) => [
      contestant.name, ...rounds.map((round) => whole(rate(runs, round))), whole(median(runs.map((run) => run.perS))),
      times(runs, (round) => bestPeer[round] ?? Number.NaN), times(runs, (round) => (narrow === undefined ? Number.NaN : rate(narrow, round))),
      of(runs, (run) => run.cpuSPerMillion, (value) => value.toFixed(1)),
      of(runs, (run) => run.peakMemoryBytes, (value) => String(Math.round(value / 1e6))),
      of(runs, (run) => run.bytesPerReading, (value) => value.toFixed(1)),
    ])),
    table(['', 'guarantee', 'bad input', 'of the last round'], all.map(([contestant, runs]) => [
      contestant.name, contestant.guarantee, contestant.badInput, runs.at(-1)?.note ?? '-'])),
    `${whole(options.readings)} readings of ${whole(options.sensors)} simulated sensors of all types, numbered, lie in the topic (3 partitions). In `
    + 'each round each of them brings all of them into a fresh database, one after the other. A rate is from the first rows that were seen to the '
    + 'last ones. CPU and memory are those of its own processes, not of Kafka and PostgreSQL. Ours check every reading, apply the rules, score '
    + 'it by what was learned of its sensor, keep alarms, and roll up; the others do none of it. `\\copy` brings the same rows from a file, in one '
    + 'transaction, into a table with the same indexes; the wide rows are as the peers store them. Guarantees and bad '
    + 'input of the peers are as they were found when '
    + 'they were killed, and given broken messages; ours are test/fault and test/integration/consumer-fuzz.test.ts.'
    + (options.profileFolder === null ? '' : ' The single consumer was profiled, which slows it.'),
  ])
}
