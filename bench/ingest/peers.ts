import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve as resolvePath } from 'node:path'
import { SENSOR_TOPIC } from '../plant.ts'
import { progress } from '../report.ts'
import type { Contestant, IngestPlant, Outcome } from './contestant.ts'

/** How to know that a peer is installed in the folder, and what was found about it when it was killed and given bad input. */
const PEERS = [
  {
    folder: 'python-batch', name: 'Python, execute_values', installed: 'venv/bin/python', guarantee: 'at least once',
    badInput: 'logged and skipped; of a wrong shape: it exits, or stalls',
  },
  {
    folder: 'python-copy', name: 'Python, COPY', installed: 'venv/bin/python', guarantee: 'at least once',
    badInput: 'logged and skipped; of a wrong shape: it exits',
  },
  {
    folder: 'connect-jdbc', name: 'Kafka Connect, JDBC sink', installed: 'connect-jdbc/libs', guarantee: 'at least once',
    badInput: 'its tasks die; with a dead-letter queue some kinds still stall it',
  },
  {
    folder: 'flink', name: 'Flink SQL', installed: 'flink/classes', guarantee: 'at least once',
    badInput: 'it restarts, stores rows twice, and exits',
  },
] as const

interface Told {
  readonly readings_per_s?: number
  readonly cpu_s_per_million?: number
  readonly rss_mb?: number
  readonly rows?: number
  readonly error?: string
}

/**
 * Those of the peers that are installed in this folder, each a folder with `start.sh`, and `lib/bench.py`, which starts one and watches its
 * table. They run in a copy, in ours.
 */
export async function peers({ plant, readings }: IngestPlant, folder: string): Promise<readonly Contestant[]> {
  const home = join(plant.folder, 'peers')
  await cp(resolvePath(folder), home, { recursive: true, verbatimSymlinks: true })
  await mkdir(join(home, 'out'), { recursive: true })
  const script = join(home, 'lib/bench.py')
  // Our role may not; a fresh database has nothing to write.
  await writeFile(script, (await readFile(script, 'utf8')).replace('; cur.execute("CHECKPOINT")', ''))

  async function run(peer: string): Promise<Outcome> {
    const database = await plant.createDatabase()
    const line = await lastLine(home, ['venv/bin/python', 'lib/bench.py', 'rate', peer, '--topic', SENSOR_TOPIC, '--n', String(readings)], {
      KAFKA_BROKERS: plant.brokers.join(','), DATABASE_URL: database.url,
    })
    const told = JSON.parse(line) as Told
    if (told.readings_per_s === undefined) throw new Error(`${peer} did not store the readings: ${told.error ?? line}`)
    const { rows } = await database.pool.query<{ bytes: number }>(`select pg_total_relation_size('readings')::int8 as bytes`)
    await database.drop()
    return {
      perS: told.readings_per_s, cpuSPerMillion: told.cpu_s_per_million ?? null, peakMemoryBytes: (told.rss_mb ?? Number.NaN) * 2 ** 20,
      bytesPerReading: (rows[0]?.bytes ?? 0) / readings, note: told.rows === readings ? null : `${told.rows} rows of ${readings} readings`,
    }
  }

  return PEERS.flatMap(({ folder: peer, name, installed, guarantee, badInput }) => {
    if (existsSync(join(home, installed))) return [{ name, guarantee, badInput, isPeer: true, run: () => run(peer) }]
    progress(`${name} is not installed in ${folder}: left out`)
    return []
  })
}

function lastLine(home: string, [program, ...args]: readonly [string, ...string[]], env: Record<string, string>): Promise<string> {
  const child = spawn(join(home, program), args, { cwd: home, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => { text += chunk.toString() })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => { resolve(text.trim().split('\n').at(-1) ?? '') })
  })
}
