import { parseArgs } from 'node:util'
import { integer, readVariables } from '../src/runtime/config.ts'
import { ExitError } from '../src/runtime/errors.ts'
import { benchDetection } from './detection.ts'
import { benchFleetDetection } from './fleet-detection.ts'
import { benchHistory } from './history.ts'
import { benchIngest } from './ingest.ts'
import { benchLatency } from './latency.ts'
import { benchScaling } from './scaling.ts'

const USAGE = `Measures the system on servers of its own, which it starts and removes again. Writes bench/results/<name>.md.

  npm run bench -- ingest  [--readings 1000000] [--rounds 3] [--sensors 500] [--peers FOLDER] [--profile FOLDER]
      The same readings through one of our consumers, three of them, and the limits: \\copy, and kcat, where psql and kcat are installed.
      --peers: also through others that are installed there: Kafka Connect, Flink, consumers in Python.
      --profile: a CPU profile of each round's single consumer, which slows it.
  npm run bench -- latency [--rate 1000] [--seconds 60] [--sensors 300]
      Three consumers and the monitoring service: from a reading made to the table, to the topic of alerts, to a viewer.
  npm run bench -- fleet-detection [--sensors 200] [--days 14]
      The sensors of fleet.yaml through the consumers' judgement, without a server: what is found of their faults, and where there is none.
  npm run bench -- history [--readings 100000000] [--sensors 10000]
      The monitoring service over a database that is full: charts of 10 minutes to a year, and the overview. 100 million readings take 13 GB of disk
      and half an hour.
  npm run bench -- scaling [--readings 400000] [--rounds 2] [--sensors 1000] [--rate 5000] [--seconds 10]
      More consumers, sensors, larger and older batches: what ends each curve. Also writes docs/images/scaling.svg.
  npm run bench -- detection --data FOLDER
      The detector on two public benchmarks, NAB and SKAB, beside their leaderboards, and its CPU. FOLDER has data/nab, data/skab, score_nab.py,
      score_skab.py and leaderboard.json; none of them are part of this project. Needs python3, and no server.

Ctrl-C stops it and leaves nothing behind.`

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  ingest: ['readings', 'rounds', 'sensors', 'peers', 'profile'],
  latency: ['rate', 'seconds', 'sensors'],
  history: ['readings', 'sensors'],
  scaling: ['readings', 'rounds', 'sensors', 'rate', 'seconds'],
  detection: ['data'],
  'fleet-detection': ['sensors', 'days'],
}

async function main(): Promise<void> {
  const { values, positionals } = parseOptions()
  const [command, ...more] = positionals
  if (values.help === true) {
    console.log(USAGE)
    return
  }
  const allowed = COMMANDS[command ?? '']
  if (allowed === undefined || more.length > 0) throw new ExitError(USAGE)
  const { help: _, ...given } = values
  for (const name of Object.keys(given)) if (!allowed.includes(name)) throw new ExitError(`${command} takes no --${name}; see --help`)
  const number = (name: 'readings' | 'rounds' | 'rate' | 'seconds' | 'sensors' | 'days', defaultValue: number, max: number): number => (
    readVariables({ [`--${name}`]: integer({ defaultValue, min: 1, max, help: '' }) }, { [`--${name}`]: values[name] })[`--${name}`] as number)

  if (command === 'ingest') {
    const readings = number('readings', 1_000_000, 100_000_000)
    await benchIngest({
      readings, rounds: number('rounds', 3, 100), sensors: number('sensors', 500, 100_000), peersFolder: values.peers ?? null,
      profileFolder: values.profile ?? null,
    })
  } else if (command === 'detection') {
    if (values.data === undefined) throw new ExitError('detection needs --data FOLDER; see --help')
    benchDetection(values.data)
  } else if (command === 'fleet-detection') {
    benchFleetDetection({ sensors: number('sensors', 200, 10_000), days: number('days', 14, 400) })
  } else if (command === 'history') {
    await benchHistory({ readings: number('readings', 100_000_000, 1_000_000_000), sensors: number('sensors', 10_000, 10_000) })
  } else if (command === 'scaling') {
    await benchScaling({
      readings: number('readings', 400_000, 10_000_000), rounds: number('rounds', 2, 100), sensors: number('sensors', 1_000, 100_000),
      ratePerS: number('rate', 5_000, 50_000), seconds: number('seconds', 10, 3_600), consumersAtRate: 3,
    })
  } else {
    await benchLatency({ ratePerS: number('rate', 1_000, 50_000), seconds: number('seconds', 60, 3_600), sensors: number('sensors', 300, 10_000) })
  }
}

function parseOptions() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        readings: { type: 'string' }, rounds: { type: 'string' }, rate: { type: 'string' }, seconds: { type: 'string' },
        sensors: { type: 'string' }, profile: { type: 'string' }, peers: { type: 'string' }, data: { type: 'string' }, days: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new ExitError((error as Error).message)
  }
}

try {
  await main()
  process.exit(0)
} catch (error) {
  if (!(error instanceof ExitError)) throw error
  console.error(error.message)
  process.exit(1)
}
