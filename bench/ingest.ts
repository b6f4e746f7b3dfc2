import { spawn, spawnSync } from 'node:child_process'
import { createWriteStream, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { dayOf } from '../src/contract/timestamp.ts'
import { exportToFile, importFromFile } from '../src/postgres/copy-file.ts'
import type { CopyFormat } from '../src/postgres/copy-file.ts'
import { createPartitions } from '../src/postgres/partitions.ts'
import type { Pool } from '../src/postgres/pool.ts'
import { READING_COLUMNS } from '../src/postgres/write-batch.ts'
import { createLog } from '../src/runtime/log.ts'
import { startLoad } from './load/load.ts'
import { SENSOR_TOPIC, withPlant } from './plant.ts'
import type { BenchDatabase, BenchPlant } from './plant.ts'
import { readUsage } from './process-usage.ts'
import { loadNow, machineLine, median, progress, table, whole, writeResults } from './report.ts'

export interface IngestOptions {
  readonly readings: number
  readonly rounds: number
  readonly sensors: number
  /** Where Node writes the consumers' CPU profiles; null: none. */
  readonly profileFolder: string | null
}

interface ConsumerRound {
  /** From the first commit that was seen to the last one. */
  readonly perS: number
  /** Of the consumer process alone; null where the system doesn't tell. */
  readonly cpuSPerMillion: number | null
  readonly peakMemoryBytes: number | null
  readonly heapBytesPerReading: number
  readonly indexBytesPerReading: number
  readonly alerts: number
  /** How many of them were in Kafka when the last reading was in the table. */
  readonly alertsPublished: number
}

interface Exported {
  readonly format: CopyFormat
  readonly path: string
  readonly days: readonly number[]
}

const POLL_MS = 50
const STALLED_MS = 60_000
const FORMATS: readonly CopyFormat[] = ['text', 'binary']

/** One consumer process over a backlog beside a single COPY of the same rows, in turn. Prints, and writes bench/results/ingest.md. */
export async function benchIngest(options: IngestOptions): Promise<void> {
  const { readings, rounds, sensors } = options
  const loadAtStart = loadNow()
  const client = hasPsql() ? 'psql' : 'pg'
  await withPlant(async (plant) => {
    await fill(plant, options)
    const ours: ConsumerRound[] = []
    const copies: Record<CopyFormat, number[]> = { text: [], binary: [] }
    let exported: readonly Exported[] | undefined
    let machine = ''
    for (let round = 1; round <= rounds; round++) {
      const database = await plant.createDatabase()
      ours.push(await consumeBacklog(plant, database, round, options))
      exported ??= await exportRows(database.pool, plant.folder)
      machine ||= await machineLine(database.pool, loadAtStart)
      await database.drop()
      for (const each of exported) copies[each.format].push(await copyBacklog(plant, each, readings, client))
      const [last, text, binary] = [ours.at(-1)?.perS ?? 0, copies.text.at(-1) ?? 0, copies.binary.at(-1) ?? 0]
      progress(`round ${round}: consumer ${whole(last)}/s, \\copy ${whole(text)}/s in text, ${whole(binary)}/s in binary: ${percent(last / text)}`)
    }
    report({ machine, readings, sensors, client, ours, copies, profiled: options.profileFolder !== null })
  })
}

async function fill({ brokers }: BenchPlant, { readings, sensors }: IngestOptions): Promise<void> {
  const load = await startLoad({
    brokers, topic: SENSOR_TOPIC, sensors, ratePerS: 'max', seed: 'ingest', count: readings, log: createLog('load', 'error'),
  }).done
  if (load.counts.acknowledged !== readings) throw new Error(`of ${readings} readings only ${load.counts.acknowledged} were acknowledged`)
  progress(`${whole(readings)} readings in Kafka after ${load.seconds.toFixed(1)} s`)
}

async function consumeBacklog(plant: BenchPlant, { url, pool }: BenchDatabase, round: number, options: IngestOptions): Promise<ConsumerRound> {
  const name = `consumer-${round}`
  const { profileFolder } = options
  const consumer = await plant.startService(name, {
    main: 'src/consumer/main.ts',
    env: { CONSUMER_ID: 'consumer-001', CONSUMER_GROUP: `bench-${round}`, KAFKA_BROKERS: plant.brokers.join(','), DATABASE_URL: url },
    nodeOptions: profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(profileFolder)}`],
  })
  const sample = async () => {
    const stored = await storedReadings(pool)
    return { stored, ms: performance.now(), usage: readUsage(consumer.process.pid) }
  }
  let first: Awaited<ReturnType<typeof sample>> | undefined
  let last = await sample()
  while (last.stored < options.readings) {
    await sleep(POLL_MS)
    if (consumer.process.exit !== null) throw new Error(`the consumer ended; see its log: ${join(plant.folder, name)}.log`)
    const now = await sample()
    if (now.stored > last.stored || first === undefined) last = now
    else if (now.ms - last.ms > STALLED_MS) throw new Error(`the consumer stands at ${now.stored} of ${options.readings}`)
    if (now.stored > 0) first ??= now
  }
  const begin = first ?? last
  const { rows } = await pool.query<{ alerts: number, published: number, heap: number, indexes: number }>(
    `select (select count(*) from alerts) as alerts, (select sum(published)::int8 from outbox_position where kind = 'alert') as published,
       sum(pg_table_size(inhrelid))::int8 as heap, sum(pg_indexes_size(inhrelid))::int8 as indexes
     from pg_inherits where inhparent = 'reading'::regclass`)
  const { alerts, published, heap, indexes } = rows[0] as { alerts: number, published: number, heap: number, indexes: number }
  await consumer.stop()
  const counted = last.stored - begin.stored
  return {
    perS: counted / (last.ms - begin.ms) * 1000,
    cpuSPerMillion: begin.usage === null || last.usage === null ? null : (last.usage.cpuS - begin.usage.cpuS) / counted * 1e6,
    peakMemoryBytes: last.usage?.peakMemoryBytes ?? null,
    heapBytesPerReading: heap / last.stored, indexBytesPerReading: indexes / last.stored, alerts, alertsPublished: published,
  }
}

async function storedReadings(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ stored: number }>('select coalesce(sum(stored), 0)::int8 as stored from partition_log')
  return rows[0]?.stored ?? 0
}

async function exportRows(pool: Pool, folder: string): Promise<Exported[]> {
  const { rows } = await pool.query<{ us: number }>(
    `select distinct (extract(epoch from date_trunc('day', time at time zone 'UTC')) * 1000000)::int8 as us from reading`)
  const days = rows.map(({ us }) => dayOf(us))
  const query = `select ${READING_COLUMNS.join(', ')} from reading order by batch_id, offset_in_batch`
  const exported = FORMATS.map((format) => ({ format, path: join(folder, `reading.${format}`), days }))
  for (const { format, path } of exported) {
    await exportToFile(pool, query, format, path)
    progress(`exported as ${format}: ${whole(statSync(path).size)} bytes`)
  }
  return exported
}

/** Rows a second of one COPY into a fresh database, from the start of the client to its end. */
async function copyBacklog(plant: BenchPlant, { format, path, days }: Exported, readings: number, client: 'psql' | 'pg'): Promise<number> {
  const database = await plant.createDatabase()
  await createPartitions(database.pool, days)
  const begunMs = performance.now()
  if (client === 'psql') await runPsql(database.url, `\\copy reading (${READING_COLUMNS.join(', ')}) from '${path}' (format ${format})`, plant.folder)
  else await importFromFile(database.pool, 'reading', READING_COLUMNS, format, path)
  const seconds = (performance.now() - begunMs) / 1000
  const { rows } = await database.pool.query<{ count: number }>('select count(*) from reading')
  if (rows[0]?.count !== readings) throw new Error(`\\copy stored ${rows[0]?.count} of ${readings} rows`)
  await database.drop()
  return readings / seconds
}

function hasPsql(): boolean {
  return spawnSync('psql', ['--version'], { stdio: 'ignore' }).status === 0
}

async function runPsql(databaseUrl: string, command: string, folder: string): Promise<void> {
  const { username, password, hostname, port, pathname } = new URL(databaseUrl)
  const child = spawn('psql', ['--no-psqlrc', '--quiet', '--set', 'ON_ERROR_STOP=1', '--command', command], {
    // Its own group would not get the Ctrl-C of a terminal; this one may.
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env['PATH'], PGUSER: decodeURIComponent(username), PGPASSWORD: decodeURIComponent(password), PGHOST: hostname, PGPORT: port,
      PGDATABASE: pathname.slice(1),
    },
  })
  child.stderr.pipe(createWriteStream(join(folder, 'psql.log'), { flags: 'a' }))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`psql ended with ${code}; see ${join(folder, 'psql.log')}`)
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

interface Outcome {
  readonly machine: string
  readonly readings: number
  readonly sensors: number
  readonly client: 'psql' | 'pg'
  readonly ours: readonly ConsumerRound[]
  readonly copies: Readonly<Record<CopyFormat, readonly number[]>>
  readonly profiled: boolean
}

function report({ machine, readings, sensors, client, ours, copies, profiled }: Outcome): void {
  const of = (pick: (round: ConsumerRound) => number | null, show: (value: number) => string): (string)[] => {
    const values = ours.map(pick)
    if (values.includes(null)) return [...values.map(() => 'not told'), 'not told']
    return [...values as number[], median(values as number[])].map(show)
  }
  const rate = (values: readonly number[]): string[] => [...values, median(values)].map(whole)
  const ratio = (values: readonly number[]): string[] => {
    const ratios = ours.map(({ perS }, index) => perS / (values[index] as number))
    return [...ratios, median(ratios)].map(percent)
  }
  const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`
  const bytes = (value: number): string => value.toFixed(1)
  writeResults('ingest', 'Ingest: one consumer over a backlog, beside \\copy', [
    machine,
    table(['', ...ours.map((_, index) => `round ${index + 1}`), 'median'], [
      ['consumer, readings/s', ...rate(ours.map(({ perS }) => perS))],
      ['\\copy of text, rows/s', ...rate(copies.text)],
      ['\\copy of binary, rows/s', ...rate(copies.binary)],
      ['consumer / \\copy of text', ...ratio(copies.text)],
      ['consumer / \\copy of binary', ...ratio(copies.binary)],
      ['CPU seconds of the consumer per million readings', ...of((round) => round.cpuSPerMillion, (value) => value.toFixed(1))],
      ['peak memory of the consumer', ...of((round) => round.peakMemoryBytes, megabytes)],
      ['bytes on disk a reading: table', ...of((round) => round.heapBytesPerReading, bytes)],
      ['bytes on disk a reading: its indexes', ...of((round) => round.indexBytesPerReading, bytes)],
      ['alerts written', ...of((round) => round.alerts, whole)],
      ['of these in Kafka when the last reading was stored', ...of((round) => round.alertsPublished, whole)],
    ]),
    `${whole(readings)} readings of ${sensors} simulated sensors of all types lie in the topic (3 partitions). In each round one consumer process `
    + 'stores them in a fresh database, with validation, rules and alerts on; its rate is from the first commit seen to the last one, read '
    + `every ${POLL_MS} ms. Then ${client === 'psql' ? 'psql\'s `\\copy`' : 'a single COPY through the `pg` client (psql is not installed)'} brings the `
    + 'same `reading` rows, exported to a file in the order in which they were stored, into the same partitioned table with its indexes, also '
    + 'in a fresh database and in one transaction: no Kafka, no JSON, no rules, no alerts.'
    + (profiled ? ' The consumer was profiled, which slows it.' : ''),
  ])
}
